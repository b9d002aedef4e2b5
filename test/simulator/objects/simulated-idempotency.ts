import { createDurableIdempotency } from '../../../edge/idempotency/durable-idempotency.ts';
import type { Idempotency } from '../../../edge/idempotency/idempotency.ts';
import {
  createIdempotencyRecord,
  type IdempotencyRecord,
} from '../../../edge/idempotency/idempotency-record.ts';
import type { NodeSql } from '../../fakes/node-sql.ts';
import { type Alarm, createAlarm } from '../engine/alarm.ts';
import { createHost, type Host } from '../engine/host.ts';
import type { World } from '../engine/world.ts';

interface RecordObject {
  readonly host: Host<IdempotencyRecord>;
  readonly alarm: Alarm;
  readonly sql: NodeSql;
}

/** The real records, each in an object of its own. Does what `IdempotencyObject` does for the core. */
export function createSimulatedIdempotency(world: World): Idempotency {
  const { lives, time, faults, network } = world;
  const objects = new Map<string, RecordObject>();

  function objectOf(tenant: string, key: string): RecordObject {
    const name = `record ${tenant} ${key}`;
    const object = objects.get(name) ?? open(name);
    objects.set(name, object);
    return object;
  }

  function open(name: string): RecordObject {
    const sql = world.openSql('idempotency');
    const host = createHost<IdempotencyRecord>({
      name,
      lives,
      open: () => createIdempotencyRecord({ sql, now: time.now, newId: () => crypto.randomUUID() }),
    });
    const alarm = createAlarm({
      time,
      faults,
      ring: () =>
        host.serve((record) => {
          const expiresAt = record.expiresAt();
          if (expiresAt !== undefined && time.now() < expiresAt) alarm.set(expiresAt);
          else sql.deleteAll();
        }),
    });
    world.hosts.push(host);
    return { host, alarm, sql };
  }

  return createDurableIdempotency({
    ...world.clock,
    recordOf(tenant, key) {
      const { host, alarm } = objectOf(tenant, key);
      return {
        begin: (requestHash, owner) =>
          network.ask(`begin ${key}`, () =>
            host.serve((record) => {
              const beginning = record.begin(requestHash, owner);
              const expiresAt = record.expiresAt();
              if (beginning.state === 'begun' && expiresAt !== undefined) alarm.set(expiresAt);
              return beginning;
            }),
          ),
        finish: (owner, answer) =>
          network.ask(`finish ${key}`, () => host.serve((record) => record.finish(owner, answer))),
      };
    },
  });
}
