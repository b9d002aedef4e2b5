import { findCharge } from './charge-row.ts';
import type { ChargeLine, ReserveRequest } from './ledger.ts';
import { LimitReached } from './limit-reached.ts';
import { hold, letGo, type Spending } from './spending.ts';
import type { Sql } from './sql.ts';
import { dayOf } from './utc-periods.ts';

/**
 * Reserves all lines that are not charged already, under a new lease. What an earlier try of the same request holds for
 * the same price stays held as it is, in the day that it is held in: it needs no units. Call it within a transaction.
 * @returns the lease.
 * @throws LimitReached; PoolShort; RangeError for units that are no integer ≥ 0, or a charge id that stands twice.
 */
export function holdLines(spending: Spending, request: ReserveRequest): number {
  const { sql, nowMs } = spending;
  const { spender, lines, leaseMs } = request;
  checkLines(lines);
  const kept = new Map<string, string>();
  const open = lines.filter((line) => {
    const row = findCharge(sql, line.chargeId);
    if (row && row.fingerprint !== line.fingerprint) {
      throw new LimitReached({ reason: 'conflict', available: 0, needed: 0, retryAfterS: null });
    }
    if (row?.state === 'reserved') {
      const { keyId, plan } = spender;
      if (row.units === line.units && row.plan === plan && row.key_id === keyId) kept.set(row.id, row.day);
      else letGo(sql, row);
    }
    return row?.state !== 'committed';
  });
  const units = open.reduce((sum, line) => sum + (kept.has(line.chargeId) ? 0 : line.units), 0);
  hold(spending, spender, units);
  const [account] = sql.exec<{ lease: number }>(
    'UPDATE account SET last_lease = last_lease + 1 RETURNING last_lease AS lease',
  );
  if (!account) throw new Error('an open ledger has an account');
  const endsAt = Math.ceil(nowMs + leaseMs);
  for (const line of open) {
    const day = kept.get(line.chargeId) ?? dayOf(nowMs);
    reserveLine(sql, request, line, { day, lease: account.lease, endsAt });
  }
  return account.lease;
}

interface Lease {
  readonly day: string;
  readonly lease: number;
  readonly endsAt: number;
}

function reserveLine(
  sql: Sql,
  { requestKey, spender, model }: ReserveRequest,
  { chargeId, fingerprint, units }: ChargeLine,
  { day, lease, endsAt }: Lease,
): void {
  sql.exec(
    `INSERT INTO charges (id, request_key, key_id, model, fingerprint, plan, state, price, units, day, lease, lease_ends_at)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'reserved', ?7, ?7, ?8, ?9, ?10)
     ON CONFLICT (id) DO UPDATE SET key_id = ?3, model = ?4, plan = ?6, state = 'reserved', outcome = NULL,
       price = ?7, units = ?7, day = ?8, lease = ?9, lease_ends_at = ?10, settled_at = NULL`,
    chargeId,
    requestKey,
    spender.keyId,
    model,
    fingerprint,
    spender.plan,
    units,
    day,
    lease,
    endsAt,
  );
}

function checkLines(lines: readonly ChargeLine[]): void {
  const ids = new Set<string>();
  for (const { chargeId, units } of lines) {
    if (!Number.isSafeInteger(units) || units < 0) {
      throw new RangeError(`units (${units}) of charge ${chargeId} must be an integer ≥ 0`);
    }
    if (ids.has(chargeId)) throw new RangeError(`charge ${chargeId} stands twice in one request`);
    ids.add(chargeId);
  }
}
