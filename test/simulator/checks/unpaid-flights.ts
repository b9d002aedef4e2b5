import type { Sql } from '../../../edge/ledger/sql.ts';
import type { RunRecord } from '../record.ts';

/** How many flights landed because of a caller, and how many of them nobody is charged for. */
export function unpaidFlights(
  { starters }: Pick<RunRecord, 'starters'>,
  accounts: ReadonlyMap<string, Sql>,
): { readonly flights: number; readonly unpaid: number } {
  const paid = new Set(
    [...accounts.values()].flatMap((sql) =>
      sql.exec<{ id: string }>(`SELECT id FROM charges WHERE outcome = 'generated'`).map(({ id }) => id),
    ),
  );
  const unpaid = [...starters.values()].filter((starter) => !paid.has(starter)).length;
  return { flights: starters.size, unpaid };
}
