import type { Jobs } from '../jobs/jobs.ts';
import type { JobObjectBase } from './job-object.ts';

const ID = /^job_([0-9a-f]{64})$/u;

/** Jobs as Durable Objects, one each. */
export function createDurableJobs(namespace: DurableObjectNamespace<JobObjectBase>): Jobs {
  function objectOf(id: string): DurableObjectStub<JobObjectBase> | undefined {
    const [, hex] = ID.exec(id) ?? [];
    if (hex === undefined) return undefined;
    try {
      return namespace.get(namespace.idFromString(hex));
    } catch {
      // Not made by this namespace: nobody's job, and no object is woken.
      return undefined;
    }
  }

  return {
    idOf: (tenant, requestKey) => `job_${namespace.idFromName(JSON.stringify([tenant, requestKey]))}`,
    async create(order) {
      const object = objectOf(order.id);
      if (!object) throw new Error('an order has an id of this namespace');
      return object.create(order);
    },
    async find(id, tenant) {
      return objectOf(id)?.find(tenant);
    },
    async cancel(id, tenant) {
      return objectOf(id)?.cancel(tenant);
    },
    async events(id, tenant, after) {
      return objectOf(id)?.events(tenant, after);
    },
    async advance(id) {
      await objectOf(id)?.advance();
    },
  };
}
