import { ConnectionError, GalipError } from '../errors.ts';

const FIRST_MS = 500;
const LONGEST_MS = 8_000;

/** Who is told to wait longer is told so by the error, and not kept waiting by a library. */
const LONGEST_RETRY_AFTER_S = 60;

/** Fails the same until somebody pays, though its status is that of a rate. */
const LASTING = new Set(['budget_exceeded']);

/**
 * Milliseconds to wait before a request that may be repeated is sent again, after `tries` tries; undefined where another
 * one would fail the same. Doubles from 0.5 to 8 s, of which `random` (0 … 1) takes off up to a half; at least Retry-After.
 */
export function retryDelayMs(error: unknown, tries: number, random: number): number | undefined {
  if (!(error instanceof GalipError) || !passes(error)) return undefined;
  const { retryAfterS = 0 } = error;
  if (retryAfterS > LONGEST_RETRY_AFTER_S) return undefined;
  const backOffMs = Math.min(FIRST_MS * 2 ** (tries - 1), LONGEST_MS);
  return Math.max(backOffMs * (1 - random / 2), retryAfterS * 1000 * (1 + random / 4));
}

function passes(error: GalipError): boolean {
  const { status = 0, code = '' } = error;
  if (error instanceof ConnectionError || code === 'request_in_progress') return true;
  return status >= 500 || ((status === 429 || status === 408) && !LASTING.has(code));
}
