import type { KeyRecord } from '../keys/key-record.ts';
import type { Tenant } from '../keys/tenant.ts';
import type { LedgerPlace } from '../ledger/ledger-name.ts';
import type { Defer } from '../pictures/picture-source.ts';

/** Who asks, and how the answer is to be made. */
export interface ImageCall {
  readonly principal: KeyRecord;
  /** Owns the key. */
  readonly tenant: Tenant;
  /** Idempotency-Key, else the request's or the job's id: all charges derive from it. */
  readonly requestKey: string;
  /** Origin of public URLs. */
  readonly origin: string;
  readonly defer: Defer;
  /** Ends the making, milliseconds since 1970. */
  readonly deadline: number;
  /** When the caller must hear how it ended; half a second after the deadline unless given. */
  readonly answerBy?: number;
  /** Whether an earlier try under the same request key may have had pictures made that it has not paid. */
  readonly isRetry: boolean;
  /** Whether the pictures' bytes are wanted, whatever stands in the answer. */
  readonly withBytes?: boolean;
  /** Aborted when the pictures are wanted no more: what has not begun then ends with `superseded`, and costs nothing. */
  readonly withdrawn?: AbortSignal;
  /** W3C trace context of what is made for it elsewhere. */
  readonly traceparent?: string | undefined;
}

/** The ledger by which the caller spends. */
export function placeOf({ principal: { tenant, shard } }: Pick<ImageCall, 'principal'>): LedgerPlace {
  return { tenant, shard };
}
