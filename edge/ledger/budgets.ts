import type { Budgets } from '../keys/key-record.ts';
import type { BudgetReason, Spender } from './ledger.ts';
import type { Sql } from './sql.ts';
import { monthOf, secondsToNextDay, secondsToNextMonth } from './utc-periods.ts';

/** One limit on units. */
export interface Budget {
  readonly reason: BudgetReason | `tenant_${BudgetReason}`;
  /** Units; below 0 where the limit was lowered after more were spent. */
  readonly left: number;
  readonly retryAfterS: number | null;
}

/** Scope of all keys of the tenant together; that of a key has its id behind `key:`. */
const TENANT_SCOPE = 'tenant';
const TOTAL = 'total';

/** What a key may spend on a day. */
export function keyBudgetsOf(sql: Sql, { keyId, limits }: Spender, day: string, nowMs: number): Budget[] {
  return budgetsOfScope(sql, `key:${keyId}`, limits, day, nowMs);
}

/** What all keys of the tenant together may spend on a day. */
export function tenantBudgetsOf(sql: Sql, limits: Budgets, day: string, nowMs: number): Budget[] {
  return budgetsOfScope(sql, TENANT_SCOPE, limits, day, nowMs).map((budget) => ({
    ...budget,
    reason: `tenant_${budget.reason}` as const,
  }));
}

/** Counts `units`, which may be negative, in the budgets of `day`. */
export function countUnits(sql: Sql, keyId: string, day: string, units: number): void {
  countInScope(sql, `key:${keyId}`, day, units);
  countTenantUnits(sql, day, units);
}

/** As `countUnits`, of no key. */
export function countTenantUnits(sql: Sql, day: string, units: number): void {
  countInScope(sql, TENANT_SCOPE, day, units);
}

function countInScope(sql: Sql, scope: string, day: string, units: number): void {
  if (units === 0) return;
  for (const period of [day, monthOf(day), TOTAL]) {
    // Not an upsert: the table's CHECK would see a negative difference before the sum.
    sql.exec('INSERT INTO spends VALUES (?, ?, 0) ON CONFLICT DO NOTHING', scope, period);
    sql.exec('UPDATE spends SET units = units + ? WHERE scope = ? AND period = ?', units, scope, period);
  }
}

function budgetsOfScope(
  sql: Sql,
  scope: string,
  limits: Budgets,
  day: string,
  nowMs: number,
): (Budget & { readonly reason: BudgetReason })[] {
  const periods = [
    ['budget_day', day, limits.dayUnits, secondsToNextDay(nowMs)],
    ['budget_month', monthOf(day), limits.monthUnits, secondsToNextMonth(nowMs)],
    ['budget_total', TOTAL, limits.totalUnits, null],
  ] as const;
  return periods.flatMap(([reason, period, limit, retryAfterS]) => {
    if (limit === null) return [];
    const [row] = sql.exec<{ units: number }>(
      'SELECT units FROM spends WHERE scope = ? AND period = ?',
      scope,
      period,
    );
    return [{ reason, left: limit - (row?.units ?? 0), retryAfterS }];
  });
}
