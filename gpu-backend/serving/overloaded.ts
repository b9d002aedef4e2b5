import { ApiError } from '../contract/errors.ts';
import type { Refusal } from './batching/admission.ts';

/** Longest pause that a client is asked for, seconds: queues are shorter, and replicas come and go. */
const MAX_RETRY_AFTER_S = 60;

/** Work that is refused at the door because it would only wait; says when there will be room. */
export class Overloaded extends ApiError {
  readonly reason: Refusal['reason'] | 'memory';

  constructor(reason: Overloaded['reason'], retryAfterMs: number) {
    const seconds = Math.ceil(retryAfterMs / 1_000);
    super('backend_unavailable', {
      // No error: its stack says nothing, and costs what refusing must not.
      cause: `refused at the door: ${reason}`,
      retryAfterS: Math.min(Math.max(seconds, 1), MAX_RETRY_AFTER_S),
    });
    this.name = 'Overloaded';
    this.reason = reason;
  }
}
