import type { Budgets } from '../../../edge/keys/key-record.ts';
import type { KeyHolder } from '../../../edge/keys/key-store.ts';
import type { Sql } from '../../../edge/ledger/sql.ts';

interface Spent {
  readonly key_id: string;
  readonly plan: string;
  readonly day: string;
  readonly units: number;
}

/**
 * What may not be at any time, over all ledgers of a tenant: a balance below zero, a budget passed. Counted from the
 * charges alone.
 */
export function inspectAccount(ledgers: readonly Sql[], holders: readonly KeyHolder[]): string[] {
  const problems: string[] = [];
  const spent = ledgers.flatMap((sql) =>
    sql.exec<Spent>(
      'SELECT key_id, plan, day, sum(units) AS units FROM charges WHERE units > 0 GROUP BY key_id, plan, day',
    ),
  );
  const credit = sum(ledgers.flatMap((sql) => sql.exec<{ units: number }>('SELECT units FROM credits')));
  const prepaid = sum(spent.filter(({ plan }) => plan === 'prepaid'));
  if (prepaid > credit) problems.push(`balance below zero: ${prepaid} of ${credit} units`);
  for (const { key, tenant } of holders) {
    const ofKey = spent.filter(({ key_id: id }) => id === key.id);
    if (ofKey.some(({ plan }) => plan !== tenant.plan))
      problems.push(`${key.id} was charged under another plan`);
    if (passesAny(ofKey, key.limits)) problems.push(`a budget of ${key.id} was passed`);
    if (passesAny(spent, tenant.limits)) problems.push(`a budget of ${tenant.id} was passed`);
  }
  return problems;
}

function passesAny(spent: readonly Spent[], { dayUnits, monthUnits, totalUnits }: Budgets): boolean {
  return passes(spent, 10, dayUnits) || passes(spent, 7, monthUnits) || passes(spent, 0, totalUnits);
}

/** Whether any period, which is the first `length` characters of its days, has more than the limit. */
function passes(spent: readonly Spent[], length: number, limit: number | null): boolean {
  if (limit === null) return false;
  const periods = Map.groupBy(spent, ({ day }) => day.slice(0, length));
  return [...periods.values()].some((rows) => sum(rows) > limit);
}

function sum(rows: readonly Pick<Spent, 'units'>[]): number {
  return rows.reduce((total, { units }) => total + units, 0);
}
