import type { RateState, Spender } from './ledger.ts';
import { LimitReached } from './limit-reached.ts';
import type { Sql } from './sql.ts';

const WINDOW_MS = 60_000;
/** Times near 2⁴¹ ms have steps of 2⁻¹² ms as doubles: sums of intervals may be off by a few of them. */
const ROUNDING_MS = 0.01;

/**
 * Counts a request against the key's rate, a token bucket (GCRA): `ratePerMinute` at once, then one each minute /
 * `ratePerMinute`.
 * @throws LimitReached `rate`; the request does not count then.
 */
export function takeRequest(sql: Sql, { keyId, limits: { ratePerMinute } }: Spender, nowMs: number): void {
  if (ratePerMinute === null) return;
  const fullAt = fullAtOf(sql, keyId, nowMs) + WINDOW_MS / ratePerMinute;
  const waitMs = fullAt - WINDOW_MS - nowMs;
  if (waitMs > ROUNDING_MS) {
    const retryAfterS = Number.isFinite(waitMs) ? Math.ceil(waitMs / 1000) : null;
    throw new LimitReached({ reason: 'rate', available: 0, needed: 1, retryAfterS });
  }
  sql.exec(
    'INSERT INTO rates VALUES (?, ?) ON CONFLICT (key_id) DO UPDATE SET full_at = excluded.full_at',
    keyId,
    fullAt,
  );
}

/** Null when the key has no rate limit. */
export function rateStateOf(
  sql: Sql,
  { keyId, limits: { ratePerMinute } }: Spender,
  nowMs: number,
): RateState | null {
  if (ratePerMinute === null) return null;
  const fullInMs = fullAtOf(sql, keyId, nowMs) - nowMs;
  const room = ((WINDOW_MS - fullInMs + ROUNDING_MS) * ratePerMinute) / WINDOW_MS;
  return {
    limitPerMinute: ratePerMinute,
    remaining: Math.max(0, Math.floor(room)),
    resetS: Math.ceil(fullInMs / 1000),
  };
}

/** When the bucket will be full again; now when it is. */
function fullAtOf(sql: Sql, keyId: string, nowMs: number): number {
  const [row] = sql.exec<{ full_at: number }>('SELECT full_at FROM rates WHERE key_id = ?', keyId);
  return Math.max(row?.full_at ?? 0, nowMs);
}
