import { type ChargeRow, findCharge, settledChargeOf } from './charge-row.ts';
import type { SettledCharge } from './ledger.ts';
import type { Sql } from './sql.ts';

/** A queue takes no more messages in one call. */
const BATCH_MESSAGES = 100;
/** So long charges are gathered before they are sent on. */
const GATHER_MS = 1_000;
/** Waits after failed sends: 1 s, doubling to 5 minutes. */
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 300_000;

/** A settled charge on its way to the usage tables. A charge settled anew has a higher version. */
export interface UsageMessage {
  readonly kind: 'charge';
  readonly charge: SettledCharge;
  readonly version: number;
}

export interface OutboxBatch {
  readonly messages: readonly UsageMessage[];
  /** To be told to `forgetUsage` once they are sent. */
  readonly upTo: number;
}

export function queueUsage(sql: Sql, chargeId: string, nowMs: number): void {
  sql.exec('INSERT INTO outbox (charge_id, added_at) VALUES (?, ?)', chargeId, nowMs);
}

/** Queues settled charges again; what is not settled is passed over. */
export function resendUsage(sql: Sql, chargeIds: readonly string[], nowMs: number): void {
  for (const id of chargeIds) {
    const row = findCharge(sql, id);
    if (row && row.state !== 'reserved') queueUsage(sql, id, nowMs);
  }
}

/** The oldest messages, undefined when there is none. */
export function nextUsage(sql: Sql, tenant: string): OutboxBatch | undefined {
  const rows = sql.exec<ChargeRow & { position: number }>(
    `SELECT outbox.position, charges.* FROM outbox JOIN charges ON charges.id = outbox.charge_id
     ORDER BY position LIMIT ?`,
    BATCH_MESSAGES,
  );
  const last = rows.at(-1);
  if (!last) return undefined;
  const messages = rows
    // Reserved anew since: how that ends is queued behind.
    .filter(({ state }) => state !== 'reserved')
    .map(
      (row): UsageMessage => ({
        kind: 'charge',
        charge: settledChargeOf(row, tenant),
        version: row.version,
      }),
    );
  return { messages, upTo: last.position };
}

export function forgetUsage(sql: Sql, upTo: number): void {
  sql.exec('DELETE FROM outbox WHERE position <= ?', upTo);
  sql.exec('UPDATE account SET outbox_failures = 0, outbox_retry_at = 0 WHERE outbox_failures > 0');
}

export function delayUsage(sql: Sql, nowMs: number): void {
  const [row] = sql.exec<{ failures: number }>('SELECT outbox_failures AS failures FROM account');
  const failures = row?.failures ?? 0;
  const waitMs = Math.min(FIRST_RETRY_MS * 2 ** failures, LAST_RETRY_MS);
  sql.exec('UPDATE account SET outbox_failures = ?, outbox_retry_at = ?', failures + 1, nowMs + waitMs);
}

/** When the outbox is to be sent; null when it is empty. */
export function usageDueAt(sql: Sql): number | null {
  const [row] = sql.exec<{ due: number | null }>(
    `SELECT max(added_at + ?, (SELECT outbox_retry_at FROM account)) AS due
     FROM outbox ORDER BY position LIMIT 1`,
    GATHER_MS,
  );
  return row?.due ?? null;
}
