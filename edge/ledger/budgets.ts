import type { Budgets } from '../keys/key-record.ts';
import type { BudgetReason, Spender } from './ledger.ts';
import type { Sql } from './sql.ts';
import { dayOf, monthOf, secondsToNextDay, secondsToNextMonth } from './utc-periods.ts';

/** One limit on units, and what is left under it. */
export interface Budget {
  readonly reason: BudgetReason | `tenant_${BudgetReason}`;
  readonly left: number;
  readonly retryAfterS: number | null;
}

/** Scope of all keys of the tenant together; that of a key has its id behind `key:`. */
const TENANT_SCOPE = 'tenant';
const TOTAL = 'total';

/** The budgets that limit a spender now. */
export function budgetsOf(sql: Sql, { keyId, limits, tenantLimits }: Spender, nowMs: number): Budget[] {
  return [
    ...budgetsOfScope(sql, `key:${keyId}`, limits, nowMs),
    ...budgetsOfScope(sql, TENANT_SCOPE, tenantLimits, nowMs).map((budget) => ({
      ...budget,
      reason: `tenant_${budget.reason}` as const,
    })),
  ];
}

/** Counts `units`, which may be negative, in the budgets of `day`. */
export function countUnits(sql: Sql, keyId: string, day: string, units: number): void {
  if (units === 0) return;
  for (const scope of [`key:${keyId}`, TENANT_SCOPE]) {
    for (const period of [day, monthOf(day), TOTAL]) {
      // Not an upsert: the table's CHECK would see a negative difference before the sum.
      sql.exec('INSERT INTO spends VALUES (?, ?, 0) ON CONFLICT DO NOTHING', scope, period);
      sql.exec('UPDATE spends SET units = units + ? WHERE scope = ? AND period = ?', units, scope, period);
    }
  }
}

function budgetsOfScope(
  sql: Sql,
  scope: string,
  limits: Budgets,
  nowMs: number,
): (Budget & { readonly reason: BudgetReason })[] {
  const day = dayOf(nowMs);
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
    // Below 0 where the limit was lowered after the units were spent.
    return [{ reason, left: Math.max(0, limit - (row?.units ?? 0)), retryAfterS }];
  });
}
