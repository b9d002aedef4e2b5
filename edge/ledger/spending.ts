import { budgetsOf, countUnits } from './budgets.ts';
import type { Allowance, Spender } from './ledger.ts';
import { LimitReached } from './limit-reached.ts';
import { rateStateOf } from './rate.ts';
import type { Sql } from './sql.ts';

/** Where units are or were held: what `letGo` and `charge` need to know of a row of `charges`. */
export interface Holding {
  readonly key_id: string;
  readonly plan: string;
  readonly day: string;
  readonly units: number;
}

/**
 * Holds units under all limits of the spender, in the budgets of `day`, which is today.
 * @throws LimitReached for the first limit that they would pass; 0 units pass none.
 */
export function hold(sql: Sql, spender: Spender, day: string, units: number, nowMs: number): void {
  if (units === 0) return;
  const credit = spender.plan === 'prepaid' ? creditLeft(sql) : Number.POSITIVE_INFINITY;
  for (const { reason, left, retryAfterS } of [
    ...budgetsOf(sql, spender, nowMs),
    { reason: 'balance' as const, left: credit, retryAfterS: null },
  ]) {
    if (units > left) throw new LimitReached({ reason, available: left, needed: units, retryAfterS });
  }
  countUnits(sql, spender.keyId, day, units);
  if (spender.plan === 'prepaid') sql.exec('UPDATE account SET reserved = reserved + ?', units);
}

/** Gives all held units back. */
export function letGo(sql: Sql, { key_id: keyId, plan, day, units }: Holding): void {
  countUnits(sql, keyId, day, -units);
  if (plan === 'prepaid') sql.exec('UPDATE account SET reserved = reserved - ?', units);
}

/** Charges `units` of those held, gives the others back. */
export function charge(sql: Sql, { key_id: keyId, plan, day, units: held }: Holding, units: number): void {
  countUnits(sql, keyId, day, units - held);
  if (plan === 'prepaid') {
    sql.exec('UPDATE account SET reserved = reserved - ?, spent = spent + ?', held, units);
  } else {
    sql.exec('UPDATE account SET billed = billed + ?', units);
  }
}

export function allowanceOf(sql: Sql, spender: Spender, nowMs: number): Allowance {
  const left = budgetsOf(sql, spender, nowMs).map((budget) => budget.left);
  if (spender.plan === 'prepaid') left.push(creditLeft(sql));
  return {
    remaining: left.length === 0 ? null : Math.min(...left),
    rate: rateStateOf(sql, spender, nowMs),
  };
}

function creditLeft(sql: Sql): number {
  const [row] = sql.exec<{ available: number }>(
    'SELECT credited - spent - reserved AS available FROM account',
  );
  return row?.available ?? 0;
}
