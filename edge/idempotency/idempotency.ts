import type { Beginning, StoredAnswer } from './idempotency-record.ts';

/** The Idempotency-Keys of all tenants. */
export interface Idempotency {
  /** `owner` names the request that comes; asked again with it, the answer is the same. */
  begin(tenant: string, key: string, requestHash: string, owner: string): Promise<Beginning>;
  finish(tenant: string, key: string, owner: string, answer: StoredAnswer | undefined): Promise<void>;
}
