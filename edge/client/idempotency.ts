import type { CallOptions } from './http/transport.ts';

/** Of calls that spend. */
export interface IdempotentOptions extends CallOptions {
  /**
   * Names the request for 24 hours: sent again under it, also by another process, it is done and charged once. By default
   * each call has one of its own, which its retries share.
   */
  readonly idempotencyKey?: string | undefined;
}

export function idempotencyHeaders({ idempotencyKey }: IdempotentOptions): { 'idempotency-key': string } {
  return { 'idempotency-key': idempotencyKey ?? crypto.randomUUID() };
}
