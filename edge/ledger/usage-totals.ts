import { type ChargeRow, settledChargeOf } from './charge-row.ts';
import type { ChargesQuery, SettledCharge, UsageGroup, UsageGroupTotal, UsageQuery } from './ledger.ts';
import type { Sql } from './sql.ts';

const COLUMNS: Readonly<Record<UsageGroup, string>> = {
  day: 'day',
  key: 'key_id',
  model: 'model',
  outcome: 'outcome',
};

/** Totals of settled charges over the rows that enforce the limits, and of what those refused. */
export function usageTotals(sql: Sql, { from, to, groupBy }: UsageQuery): readonly UsageGroupTotal[] {
  const column = COLUMNS[groupBy];
  const rows = sql.exec<UsageGroupTotal>(
    `SELECT "group", sum(pictures) AS pictures, sum(units) AS units FROM (
       SELECT ${column} AS "group", count(*) AS pictures, sum(units) AS units FROM charges
       WHERE state <> 'reserved' AND day BETWEEN ?1 AND ?2 GROUP BY ${column}
       UNION ALL
       SELECT ${groupBy === 'outcome' ? "'refused'" : column}, pictures, 0 FROM refusals WHERE day BETWEEN ?1 AND ?2
     ) GROUP BY "group" ORDER BY "group"`,
    from,
    to,
  );
  return rows.map((row) => ({ ...row }));
}

/** A day's settled charges in the order of their ids. */
export function chargesOfDay(
  sql: Sql,
  tenant: string,
  { day, after, limit }: ChargesQuery,
): readonly SettledCharge[] {
  const rows = sql.exec<ChargeRow>(
    `SELECT * FROM charges WHERE state <> 'reserved' AND day = ? AND id > ? ORDER BY id LIMIT ?`,
    day,
    after,
    limit,
  );
  return rows.map((row) => settledChargeOf(row, tenant));
}
