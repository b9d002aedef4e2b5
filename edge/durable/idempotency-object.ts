import { DurableObject } from 'cloudflare:workers';
import type { WorkerEnv } from '../config.ts';
import { createDurableIdempotency } from '../idempotency/durable-idempotency.ts';
import type { Idempotency } from '../idempotency/idempotency.ts';
import {
  type Beginning,
  createIdempotencyRecord,
  type IdempotencyRecord,
  type StoredAnswer,
} from '../idempotency/idempotency-record.ts';
import { PLATFORM_CLOCK } from './clock.ts';
import { createDurableSql } from './durable-sql.ts';

/** One Idempotency-Key of one tenant; gone a day after its first request. */
export class IdempotencyObject extends DurableObject<WorkerEnv> {
  readonly #record: IdempotencyRecord;

  constructor(state: DurableObjectState, env: WorkerEnv) {
    super(state, env);
    this.#record = createIdempotencyRecord({
      sql: createDurableSql(state.storage),
      now: () => Date.now(),
      newId: () => crypto.randomUUID(),
    });
  }

  async begin(requestHash: string, owner: string): Promise<Beginning> {
    const beginning = this.#record.begin(requestHash, owner);
    const expiresAt = this.#record.expiresAt();
    // Moves on when the record is begun anew: the last of it must not go with the alarm of the one before.
    if (beginning.state === 'begun' && expiresAt !== undefined) await this.ctx.storage.setAlarm(expiresAt);
    return beginning;
  }

  finish(owner: string, answer: StoredAnswer | undefined): void {
    this.#record.finish(owner, answer);
  }

  override async alarm(): Promise<void> {
    const expiresAt = this.#record.expiresAt();
    if (expiresAt !== undefined && Date.now() < expiresAt) await this.ctx.storage.setAlarm(expiresAt);
    else await this.ctx.storage.deleteAll();
  }
}

export function createIdempotencyOf(namespace: DurableObjectNamespace<IdempotencyObject>): Idempotency {
  return createDurableIdempotency({
    ...PLATFORM_CLOCK,
    recordOf(tenant, key) {
      const object = namespace.getByName(JSON.stringify([tenant, key]));
      return {
        begin: async (requestHash, owner) => object.begin(requestHash, owner) as Promise<Beginning>,
        finish: async (owner, answer) => object.finish(owner, answer),
      };
    },
  });
}
