import type { Allotment, Pool, PoolReport, Recall, Shortage, Supply } from './allotment.ts';
import { countTenantUnits, tenantBudgetsOf } from './budgets.ts';
import { creditLeft } from './credits.ts';
import type { RefusalReason } from './ledger.ts';
import { LimitReached } from './limit-reached.ts';
import type { Sql } from './sql.ts';

/** Units given beyond those needed, at most: a shard at 200 pictures a second asks every five seconds. */
const MAX_SPARE = 1_000;
/** … and no more than this part of what is left: the fewer there are, the less lies where nobody needs it. */
const SPARE_SHARE = 1 / 2;

interface GivenRow extends Allotment, PoolReport {
  readonly shard: number;
}

/**
 * Gives a shard as much as it wants, and some to spare, under the tenant's limits; nothing where it was given that
 * already. Call it within a transaction.
 * @throws LimitReached
 */
export function giveToShard(sql: Sql, shortage: Shortage, nowMs: number): Supply {
  const { shard, plan, day, needed, wanted, limits } = shortage;
  const granted = findGiven(sql, shard, shortage)?.granted ?? 0;
  const more = Math.max(0, wanted - granted);
  const rooms = [
    ...tenantBudgetsOf(sql, limits, day, nowMs),
    ...(plan === 'prepaid' ? [{ reason: 'balance' as const, left: creditLeft(sql), retryAfterS: null }] : []),
  ];
  for (const { reason, left, retryAfterS } of rooms) {
    if (more <= left) continue;
    // What the shard has and may not know of is there for the request, too.
    const available = Math.max(0, Math.min(needed - 1, granted - (wanted - needed) + left));
    throw new LimitReached({ reason, available, needed, retryAfterS });
  }
  const left = Math.min(...rooms.map((room) => room.left)) - more;
  const spare = more === 0 ? 0 : Math.min(MAX_SPARE, Math.floor(left * SPARE_SHARE));
  count(sql, shortage, more + spare);
  sql.exec(
    `INSERT INTO given (shard, plan, day, granted) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT DO UPDATE SET granted = ?4`,
    shard,
    plan,
    day,
    granted + more + spare,
  );
  return {
    plan,
    day,
    granted: granted + more + spare,
    limits,
    left: Number.isFinite(left) ? left - spare : null,
  };
}

/** Takes note of what a shard gave back and charged; older reports than those known change nothing. */
export function takeBack(sql: Sql, shard: number, reports: readonly PoolReport[]): void {
  for (const report of reports) {
    const row = findGiven(sql, shard, report);
    if (!row)
      throw new Error(`shard ${shard} has units of ${report.plan} ${report.day} that it was not given`);
    const returned = Math.max(row.returned, report.returned);
    const charged = Math.max(row.charged, report.charged);
    count(sql, report, row.returned - returned);
    sql.exec(
      'UPDATE given SET returned = ?4, charged = ?5 WHERE shard = ?1 AND plan = ?2 AND day = ?3',
      shard,
      report.plan,
      report.day,
      returned,
      charged,
    );
  }
}

/** Which shards may have units that stand against a refusal for `reason`. */
export function recallsFor(sql: Sql, reason: RefusalReason, day: string): readonly Recall[] {
  const condition = MATCHES[reason];
  if (condition === undefined) return [];
  const rows = sql.exec<GivenRow>(
    `SELECT * FROM given WHERE granted > returned + charged AND ${condition} ORDER BY shard, day, plan`,
    ...(condition.includes('?') ? [day] : []),
  );
  return [...Map.groupBy(rows, (row) => row.shard)].map(([shard, given]) => ({
    shard,
    allotments: given.map(({ plan, day: of, granted }) => ({ plan, day: of, granted })),
  }));
}

const MATCHES: Partial<Record<RefusalReason, string>> = {
  balance: "plan = 'prepaid'",
  tenant_budget_day: 'day = ?',
  tenant_budget_month: 'substr(day, 1, 7) = substr(?, 1, 7)',
  tenant_budget_total: 'TRUE',
};

/** Units of credit that shards have: given, and not given back. */
export function creditGiven(sql: Sql): number {
  const [row] = sql.exec<{ units: number }>(
    `SELECT ifnull(sum(granted - returned), 0) AS units FROM given WHERE plan = 'prepaid'`,
  );
  return row?.units ?? 0;
}

/** As units that are reserved here: nobody else gets them. */
function count(sql: Sql, { plan, day }: Pool, units: number): void {
  countTenantUnits(sql, day, units);
  if (plan === 'prepaid') sql.exec('UPDATE account SET reserved = reserved + ?', units);
}

function findGiven(sql: Sql, shard: number, { plan, day }: Pool): GivenRow | undefined {
  return sql.exec<GivenRow>(
    'SELECT * FROM given WHERE shard = ? AND plan = ? AND day = ?',
    shard,
    plan,
    day,
  )[0];
}
