import type { ChargeRow } from '../../../edge/ledger/charge-row.ts';
import { placeOfLedger } from '../../../edge/ledger/ledger-name.ts';
import type { Sql } from '../../../edge/ledger/sql.ts';
import { qualityProblems } from '../../ledger/data-quality.ts';
import type { RunRecord } from '../record.ts';
import type { SimulatedStore } from '../services/simulated-store.ts';
import { answerProblems } from './answer-problems.ts';
import { chargeProblems } from './charge-problems.ts';
import { jobProblems } from './job-problems.ts';
import { liveProblems } from './live-problems.ts';
import { pictureProblems } from './picture-problems.ts';
import { usageProblems } from './usage-problems.ts';

/** What is left of a run when all is quiet. */
export interface Aftermath {
  readonly record: RunRecord;
  readonly accounts: ReadonlyMap<string, Sql>;
  readonly usageSql: Sql;
  readonly store: SimulatedStore;
  readonly nowMs: number;
}

/** A charge, and whose it is. */
export interface Charge extends ChargeRow {
  readonly tenant: string;
}

/** Every invariant that does not hold. */
export async function findProblems(aftermath: Aftermath): Promise<string[]> {
  const { record, accounts } = aftermath;
  const charges = [...accounts].flatMap(([name, sql]) =>
    sql
      .exec<ChargeRow>('SELECT * FROM charges')
      .map((row): Charge => ({ ...row, tenant: placeOfLedger(name).tenant })),
  );
  return [
    ...record.problems,
    ...[...accounts].flatMap(([tenant, sql]) =>
      qualityProblems(sql).map((problem) => `${tenant}: ${problem}`),
    ),
    ...creditProblems(aftermath),
    ...pictureProblems(aftermath),
    ...chargeProblems(aftermath, charges),
    ...(await answerProblems(aftermath, charges)),
    ...liveProblems(aftermath),
    ...jobProblems(aftermath, charges),
    ...usageProblems(aftermath, charges),
  ];
}

function creditProblems({ record, accounts }: Aftermath): string[] {
  return [...record.granted].flatMap(([tenant, units]) => {
    const [account] = accounts.get(tenant)?.exec<{ credited: number }>('SELECT credited FROM account') ?? [];
    return account?.credited === units
      ? []
      : [`${tenant} was granted ${units} units and has ${account?.credited}`];
  });
}
