import type { Beginning, StoredAnswer } from './idempotency-record.ts';

/** The Idempotency-Keys of all tenants. */
export interface Idempotency {
  begin(tenant: string, key: string, requestHash: string): Promise<Beginning>;
  finish(tenant: string, key: string, attempt: number, answer: StoredAnswer | undefined): Promise<void>;
}
