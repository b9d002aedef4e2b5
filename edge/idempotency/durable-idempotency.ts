import { createAskDurable } from '../durable/ask-durable.ts';
import type { Clock } from '../durable/clock.ts';
import type { Idempotency } from './idempotency.ts';
import type { Beginning, StoredAnswer } from './idempotency-record.ts';

/** A record's object, as it is called from elsewhere. */
interface RemoteRecord {
  begin(requestHash: string, owner: string): Promise<Beginning>;
  finish(owner: string, answer: StoredAnswer | undefined): Promise<void>;
}

export interface DurableIdempotencyOptions extends Clock {
  readonly recordOf: (tenant: string, key: string) => RemoteRecord;
}

/** Records in Durable Objects, one for each key of each tenant. */
export function createDurableIdempotency({ recordOf, ...clock }: DurableIdempotencyOptions): Idempotency {
  const ask = createAskDurable(clock, 'service_unavailable');
  return {
    begin: (tenant, key, requestHash, owner) => ask(() => recordOf(tenant, key).begin(requestHash, owner)),
    finish: (tenant, key, owner, answer) => ask(() => recordOf(tenant, key).finish(owner, answer)),
  };
}
