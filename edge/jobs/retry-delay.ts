import type { ApiError } from '../../gpu-backend/contract/errors.ts';

const FIRST_MS = 1_000;
/** Longer than this is an outage: then it matters little whether a job starts a minute later. */
const LONGEST_MS = 60_000;
/** A fault of ours that comes back this often comes back for ever. */
const MAX_INTERNAL_ERRORS = 5;

/**
 * Milliseconds until a job is tried again after its `attempts`-th try, or undefined where another try would end the
 * same. Doubles from 1 s to 60 s, at least what the error asks for, plus up to a half more by `random` (0 … 1), so that
 * jobs which were refused together do not come back together.
 */
export function retryDelayMs(error: ApiError, attempts: number, random: number): number | undefined {
  const passes = error.status === 503 || error.status === 504 || error.code === 'rate_limited';
  const mayPass = error.status === 500 && attempts < MAX_INTERNAL_ERRORS;
  if (!passes && !mayPass) return undefined;
  const backOffMs = Math.min(FIRST_MS * 2 ** Math.min(attempts - 1, 10), LONGEST_MS);
  return Math.round(Math.max(backOffMs, (error.retryAfterS ?? 0) * 1000) * (1 + random / 2));
}
