import type { Aftermath, Charge } from './find-problems.ts';

interface UsageRow {
  readonly charge_id: string;
  readonly tenant: string;
  readonly outcome: string;
  readonly units: number;
  readonly day: string;
  readonly version: number;
}

/** The usage table is what the ledgers settled, row by row; the access log differs from neither in what it has. */
export function usageProblems({ usageSql }: Aftermath, charges: readonly Charge[]): string[] {
  const settled = charges.filter(({ state }) => state !== 'reserved');
  const expected = settled.map(({ id, tenant, outcome, units, day, version }) =>
    [id, tenant, outcome, units, day, version].join(' '),
  );
  const rows = usageSql
    .exec<UsageRow>('SELECT * FROM usage_charges')
    .map(({ charge_id: id, tenant, outcome, units, day, version }) =>
      [id, tenant, outcome, units, day, version].join(' '),
    );
  const unitsOf = new Map(charges.map(({ id, units }) => [id, units]));
  const answered = usageSql.exec<UsageRow>('SELECT * FROM usage_answers');
  return [
    ...without(expected, rows).map((row) => `the usage table has not ${row}`),
    ...without(rows, expected).map((row) => `the ledger has not ${row}`),
    ...usageSql.exec('SELECT * FROM usage_dead').map(() => 'an unreadable usage event'),
    ...answered
      .filter(({ charge_id: id, units }) => unitsOf.get(id) !== units)
      .map(
        ({ charge_id: id, units }) =>
          `the access log has ${units} units of ${id}; the ledger ${unitsOf.get(id)}`,
      ),
  ];
}

function without(these: readonly string[], those: readonly string[]): string[] {
  const known = new Set(those);
  return these.filter((each) => !known.has(each));
}
