import type { Sql } from '../../edge/ledger/sql.ts';

/** Queries over a ledger's tables that must give no row, whatever has happened. */
const QUERIES = {
  'balance below 0': 'SELECT * FROM account WHERE credited - spent - reserved < 0',
  'credit is not the sum of its grants, or of what a shard was given': `
    SELECT * FROM account
    WHERE credited <> (SELECT ifnull(sum(units), 0) FROM credits)
      + (SELECT ifnull(sum(granted - returned), 0) FROM pools WHERE plan = 'prepaid')`,
  'held and spent are not the sums of the charges and of what shards have': `
    SELECT * FROM account
    WHERE reserved <> (SELECT ifnull(sum(units), 0) FROM charges WHERE state = 'reserved' AND plan = 'prepaid')
        + (SELECT ifnull(sum(granted - returned), 0) FROM given WHERE plan = 'prepaid')
      OR spent <> (SELECT ifnull(sum(units), 0) FROM charges WHERE state = 'committed' AND plan = 'prepaid')
      OR billed <> (SELECT ifnull(sum(units), 0) FROM charges WHERE state = 'committed' AND plan = 'postpaid')`,
  'a budget counts other units than its charges': `
    WITH counted AS (
      SELECT iif(all_keys, 'tenant', 'key:' || key_id) AS scope,
        iif(length = 0, 'total', substr(day, 1, length)) AS period, sum(units) AS units
      FROM (
          SELECT key_id, all_keys, day, units FROM charges, (SELECT 0 AS all_keys UNION ALL SELECT 1)
          UNION ALL SELECT '', 1, day, granted - returned FROM given
        ), (SELECT 10 AS length UNION ALL SELECT 7 UNION ALL SELECT 0)
      GROUP BY 1, 2
    )
    SELECT scope, period, units FROM spends WHERE units > 0 EXCEPT SELECT scope, period, units FROM counted
    UNION ALL
    SELECT * FROM (SELECT * FROM counted WHERE units > 0 EXCEPT SELECT scope, period, units FROM spends)`,
  'a pool counts other units than its charges': `
    SELECT * FROM pools WHERE (held, charged) <> (
      SELECT ifnull(sum(units), 0), ifnull(sum(iif(state = 'committed', units, 0)), 0) FROM charges
      WHERE charges.plan = pools.plan AND charges.day = pools.day)`,
  'a shard spent without a pool': `
    SELECT * FROM charges, account
    WHERE tenant LIKE '%#%' AND units > 0 AND (plan, day) NOT IN (SELECT plan, day FROM pools)`,
  'charged more than the price': 'SELECT * FROM charges WHERE units > price',
  'settled, but never queued or sent': 'SELECT * FROM charges WHERE settled_at IS NOT NULL AND version = 0',
};

/** The names of the queries that found something. */
export function qualityProblems(sql: Sql): string[] {
  return Object.entries(QUERIES).flatMap(([name, query]) => (sql.exec(query).length > 0 ? [name] : []));
}
