import type { ChargeRow } from './charge-row.ts';
import { release, type SettleContext } from './settle-lines.ts';
import type { Sql } from './sql.ts';

/** In one transaction; the alarm comes again at once for the rest. */
const BATCH_CHARGES = 500;

/** Releases reservations whose lease has ended, as failed. Call it within a transaction. */
export function expireLeases(context: SettleContext): void {
  const { sql, nowMs } = context;
  const ended = sql.exec<ChargeRow>(
    `SELECT * FROM charges WHERE state = 'reserved' AND lease_ends_at <= ? ORDER BY lease_ends_at LIMIT ?`,
    nowMs,
    BATCH_CHARGES,
  );
  for (const row of ended) release(context, row, 'expired', 'failed');
}

/** When the next reservation ends by itself; null when none is open. */
export function nextLeaseEndsAt(sql: Sql): number | null {
  const [row] = sql.exec<{ at: number | null }>(
    `SELECT min(lease_ends_at) AS at FROM charges WHERE state = 'reserved'`,
  );
  return row?.at ?? null;
}
