import { ApiError, type ErrorCode } from '../../gpu-backend/contract/errors.ts';
import type { Clock } from './clock.ts';
import { within } from './within.ts';

/** Tries of a call whose connection broke or that was not answered; repeating one changes nothing twice. */
const MAX_TRIES = 3;

/** Objects answer within milliseconds, a second where they wake far away: this one hangs. */
const TRY_MS = 10_000;

/** All tries together: a request has 65 s for all that it does. */
const CALL_MS = 25_000;

/** Asks a Durable Object. `call` is made anew for each try, with a stub of its own: one that broke stays broken. */
export type AskDurable = <T>(call: () => Promise<T>, limits?: CallLimits) => Promise<T>;

export interface CallLimits {
  readonly tries?: number;
  /** Milliseconds of one try. */
  readonly tryMs?: number;
  /** Milliseconds of all of them. */
  readonly callMs?: number;
}

/**
 * The one way to call an object: with a limit to its time, and again where the answer was lost. What was given up may
 * still happen, so callers repeat with the same names (charge ids, owners, job ids), by which the object knows it.
 * Asking throws ApiError `unavailable` when the object cannot be reached or does not answer; what the object itself throws.
 */
export function createAskDurable(clock: Clock, unavailable: ErrorCode): AskDurable {
  return async (call, { tries = MAX_TRIES, tryMs = TRY_MS, callMs = CALL_MS } = {}) => {
    const endMs = clock.now() + callMs;
    for (let tried = 1; ; tried++) {
      const byMs = Math.min(clock.now() + tryMs, endMs);
      try {
        return await within(call(), byMs, clock, () => new Error('a Durable Object did not answer in time'));
      } catch (cause) {
        const { remote, overloaded } = cause as { remote?: boolean; overloaded?: boolean };
        if (remote) throw cause;
        if (overloaded || tried === tries || clock.now() >= endMs) throw new ApiError(unavailable, { cause });
      }
    }
  };
}
