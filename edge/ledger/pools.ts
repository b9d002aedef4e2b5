import type { TenantLimits } from '../keys/tenant.ts';
import type { Allotment, Pool, PoolReport, Supply } from './allotment.ts';
import type { Sql } from './sql.ts';

/** A row of `pools`. @see schema.ts */
interface PoolRow extends Omit<Supply, 'limits'>, PoolReport {
  readonly held: number;
  /** JSON of the tenant's limits that it was last supplied under. */
  readonly limits_text: string;
}

/** Units that a shard can spend now; those given under other limits of the tenant are not for this request. */
export function poolLeft(sql: Sql, pool: Pool, limits: TenantLimits): number {
  const row = findPool(sql, pool);
  return row?.limits_text === textOf(limits) ? unusedOf(row) : 0;
}

/** What the tenant's ledger had left for a shard when it last said so; null: no limit, or not known. */
export function leftWhenSupplied(sql: Sql, { plan }: Pool): number | null {
  const [row] = sql.exec<Pick<Supply, 'left'>>(
    'SELECT "left" FROM pools WHERE plan = ? ORDER BY day DESC LIMIT 1',
    plan,
  );
  return row?.left ?? null;
}

/** Takes what was given; call this and the following within a transaction. */
export function acceptSupply(sql: Sql, { limits, left, ...allotment }: Supply): void {
  const { plan, day, granted } = allotment;
  const known = findPool(sql, allotment)?.granted ?? 0;
  acceptAllotment(sql, allotment);
  // What came since was perhaps not given under these limits.
  if (granted < known) return;
  sql.exec(
    'UPDATE pools SET limits_text = ?3, "left" = ?4 WHERE plan = ?1 AND day = ?2',
    plan,
    day,
    textOf(limits),
    left,
  );
}

/** Gives back all that nothing is held or charged of, also of what comes to be known only now. */
export function emptyPools(sql: Sql, allotments: readonly Allotment[]): PoolReport[] {
  return allotments.map((allotment) => {
    acceptAllotment(sql, allotment);
    return emptyPool(sql, allotment);
  });
}

/** Gives back what a shard has no use for while it spends of `pool` under `limits`. */
export function emptyOtherPools(sql: Sql, { plan, day }: Pool, limits: TenantLimits): PoolReport[] {
  const rows = sql.exec<Pool>(
    `SELECT plan, day FROM pools
     WHERE granted > returned + held AND NOT (plan = ? AND day = ? AND limits_text = ?)`,
    plan,
    day,
    textOf(limits),
  );
  return rows.map((pool) => emptyPool(sql, pool));
}

/** What the pool has ever given back and holds or has charged: as many units cannot be spent any more. */
export function takenOf(sql: Sql, pool: Pool): number {
  const row = findPool(sql, pool);
  return row ? row.returned + row.held : 0;
}

/** Counts units that are held (and charged) of a pool, which may be negative. No pool: the ledger is no shard. */
export function countInPool(sql: Sql, { plan, day }: Pool, held: number, charged = 0): void {
  sql.exec(
    'UPDATE pools SET held = held + ?3, charged = charged + ?4 WHERE plan = ?1 AND day = ?2',
    plan,
    day,
    held,
    charged,
  );
}

function emptyPool(sql: Sql, pool: Pool): PoolReport {
  const row = findPool(sql, pool);
  if (!row) throw new Error('a pool that is emptied is known');
  const unused = unusedOf(row);
  sql.exec(
    'UPDATE pools SET returned = returned + ?3 WHERE plan = ?1 AND day = ?2',
    row.plan,
    row.day,
    unused,
  );
  if (row.plan === 'prepaid') sql.exec('UPDATE account SET credited = credited - ?', unused);
  return { plan: row.plan, day: row.day, returned: row.returned + unused, charged: row.charged };
}

function acceptAllotment(sql: Sql, { plan, day, granted }: Allotment): void {
  const more = granted - (findPool(sql, { plan, day })?.granted ?? 0);
  sql.exec('INSERT INTO pools (plan, day) VALUES (?, ?) ON CONFLICT DO NOTHING', plan, day);
  if (more <= 0) return;
  sql.exec('UPDATE pools SET granted = granted + ?3 WHERE plan = ?1 AND day = ?2', plan, day, more);
  // The account's own constraint holds in a shard as well: it has as much credit as it was given.
  if (plan === 'prepaid') sql.exec('UPDATE account SET credited = credited + ?', more);
}

function findPool(sql: Sql, { plan, day }: Pool): PoolRow | undefined {
  return sql.exec<PoolRow>('SELECT * FROM pools WHERE plan = ? AND day = ?', plan, day)[0];
}

function unusedOf({ granted, returned, held }: PoolRow): number {
  return granted - returned - held;
}

function textOf({ version, dayUnits, monthUnits, totalUnits }: TenantLimits): string {
  return JSON.stringify([version, dayUnits, monthUnits, totalUnits]);
}
