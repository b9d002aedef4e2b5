import type { TenantPlan } from '../keys/tenant.ts';
import type { Pool, Shortage } from './allotment.ts';
import { countUnits, keyBudgetsOf, tenantBudgetsOf } from './budgets.ts';
import { creditLeft } from './credits.ts';
import type { Allowance, RefusalReason, Spender } from './ledger.ts';
import { LimitReached } from './limit-reached.ts';
import { PoolShort } from './pool-short.ts';
import { countInPool, emptyOtherPools, leftWhenSupplied, poolLeft, takenOf } from './pools.ts';
import { rateStateOf } from './rate.ts';
import type { Sql } from './sql.ts';
import { dayOf } from './utc-periods.ts';

/** Whose units are spent of what, and when. */
export interface Spending {
  readonly sql: Sql;
  /** Of the tenant; 0: its own ledger. */
  readonly shard: number;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** Where units are or were held: what `letGo` and `charge` need to know of a row of `charges`. */
export interface Holding {
  readonly key_id: string;
  readonly plan: TenantPlan;
  readonly day: string;
  readonly units: number;
}

interface Limit {
  readonly reason: RefusalReason;
  readonly left: number;
  readonly retryAfterS: number | null;
}

/**
 * Holds units under all limits of the spender, in the budgets of today.
 * @throws LimitReached for the first limit that they would pass; 0 units pass none. PoolShort in a shard that was given
 * too few.
 */
export function hold(spending: Spending, spender: Spender, units: number): void {
  if (units === 0) return;
  const { sql, shard, nowMs } = spending;
  const { keyId, plan, tenantLimits } = spender;
  const day = dayOf(nowMs);
  for (const { reason, left, retryAfterS } of limitsOf(spending, spender)) {
    if (units > left) {
      throw new LimitReached({ reason, available: Math.max(0, left), needed: units, retryAfterS });
    }
  }
  if (shard > 0 && units > poolLeft(sql, { plan, day }, tenantLimits)) throw new PoolShort(units);
  countHeld(sql, { key_id: keyId, plan, day }, units);
}

/** Gives all held units back. */
export function letGo(sql: Sql, holding: Holding): void {
  countHeld(sql, holding, -holding.units);
}

/** Charges `units` of those held, gives the others back. */
export function charge(sql: Sql, holding: Holding, units: number): void {
  const { key_id: keyId, plan, day, units: held } = holding;
  countUnits(sql, keyId, day, units - held);
  countInPool(sql, holding, units - held, units);
  if (plan === 'prepaid') {
    sql.exec('UPDATE account SET reserved = reserved - ?, spent = spent + ?', held, units);
  } else {
    sql.exec('UPDATE account SET billed = billed + ?', units);
  }
}

export function allowanceOf(spending: Spending, spender: Spender): Allowance {
  const { sql, shard, nowMs } = spending;
  const left = limitsOf(spending, spender).map((limit) => limit.left);
  if (shard > 0) {
    const pool = { plan: spender.plan, day: dayOf(nowMs) };
    const elsewhere = leftWhenSupplied(sql, pool);
    if (elsewhere !== null) left.push(elsewhere + poolLeft(sql, pool, spender.tenantLimits));
  }
  return allowance(spending, spender, left);
}

/** What a shard asks its tenant's ledger for; gives back what it does not need. Call it within a transaction. */
export function shortageOf(spending: Spending, spender: Spender, needed: number): Shortage {
  const { sql, shard, nowMs } = spending;
  const { plan, tenantLimits: limits } = spender;
  const pool: Pool = { plan, day: dayOf(nowMs) };
  const reports = emptyOtherPools(sql, pool, limits);
  const ofKey = limitsOf(spending, spender).map(({ left }) => left);
  return {
    granted: false,
    reason: 'short',
    ...pool,
    shard,
    needed,
    wanted: takenOf(sql, pool) + needed,
    limits,
    reports,
    allowance: allowance(spending, spender, ofKey),
  };
}

/** In the order in which they refuse; those of the tenant bind its shards by what they are given. */
function limitsOf({ sql, shard, nowMs }: Spending, spender: Spender): Limit[] {
  const day = dayOf(nowMs);
  const ofKey = keyBudgetsOf(sql, spender, day, nowMs);
  if (shard > 0) return ofKey;
  return [
    ...ofKey,
    ...tenantBudgetsOf(sql, spender.tenantLimits, day, nowMs),
    ...(spender.plan === 'prepaid'
      ? [{ reason: 'balance' as const, left: creditLeft(sql), retryAfterS: null }]
      : []),
  ];
}

function allowance({ sql, nowMs }: Spending, spender: Spender, left: readonly number[]): Allowance {
  return {
    remaining: left.length === 0 ? null : Math.max(0, Math.min(...left)),
    rate: rateStateOf(sql, spender, nowMs),
  };
}

function countHeld(sql: Sql, holding: Omit<Holding, 'units'>, units: number): void {
  countUnits(sql, holding.key_id, holding.day, units);
  countInPool(sql, holding, units);
  if (holding.plan === 'prepaid') sql.exec('UPDATE account SET reserved = reserved + ?', units);
}
