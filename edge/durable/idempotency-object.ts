import { DurableObject } from 'cloudflare:workers';
import type { WorkerEnv } from '../config.ts';
import type { Idempotency } from '../idempotency/idempotency.ts';
import {
  type Beginning,
  createIdempotencyRecord,
  type IdempotencyRecord,
  type StoredAnswer,
} from '../idempotency/idempotency-record.ts';
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

  async begin(requestHash: string): Promise<Beginning> {
    const beginning = this.#record.begin(requestHash);
    const expiresAt = this.#record.expiresAt();
    // Moves on when the record is begun anew: the last of it must not go with the alarm of the one before.
    if (beginning.state === 'begun' && expiresAt !== undefined) await this.ctx.storage.setAlarm(expiresAt);
    return beginning;
  }

  finish(attempt: number, answer: StoredAnswer | undefined): void {
    this.#record.finish(attempt, answer);
  }

  override async alarm(): Promise<void> {
    const expiresAt = this.#record.expiresAt();
    if (expiresAt !== undefined && Date.now() < expiresAt) await this.ctx.storage.setAlarm(expiresAt);
    else await this.ctx.storage.deleteAll();
  }
}

export function createDurableIdempotency(namespace: DurableObjectNamespace<IdempotencyObject>): Idempotency {
  const objectOf = (tenant: string, key: string) => namespace.getByName(JSON.stringify([tenant, key]));
  return {
    begin: (tenant, key, requestHash) => objectOf(tenant, key).begin(requestHash),
    async finish(tenant, key, attempt, answer) {
      await objectOf(tenant, key).finish(attempt, answer);
    },
  };
}
