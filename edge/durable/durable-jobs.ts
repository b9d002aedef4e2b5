import type { Job } from '../jobs/job.ts';
import type { Jobs } from '../jobs/jobs.ts';
import { createAskDurable } from './ask-durable.ts';
import { PLATFORM_CLOCK } from './clock.ts';
import type { JobObjectBase } from './job-object.ts';

/** Advancing answers when a whole try of the job has ended. Whether it has is no matter: the job's alarm sees to it. */
const ADVANCE = { tries: 1, tryMs: 120_000, callMs: 120_000 };

const ID = /^job_([0-9a-f]{64})$/u;

/** Jobs as Durable Objects, one each. */
export function createDurableJobs(namespace: DurableObjectNamespace<JobObjectBase>): Jobs {
  const ask = createAskDurable(PLATFORM_CLOCK, 'service_unavailable');

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
      return ask<Job>(async () => {
        const object = objectOf(order.id);
        if (!object) throw new Error('an order has an id of this namespace');
        return object.create(order);
      });
    },
    find: (id, tenant) => ask(async () => objectOf(id)?.find(tenant)),
    cancel: (id, tenant) => ask(async () => objectOf(id)?.cancel(tenant)),
    events: (id, tenant, after) => ask(async () => objectOf(id)?.events(tenant, after)),
    advance: (id) => ask(async () => objectOf(id)?.advance(), ADVANCE),
  };
}
