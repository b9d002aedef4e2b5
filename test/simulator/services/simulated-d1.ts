import type { Sql, SqlValue } from '../../../edge/ledger/sql.ts';
import type { consumeUsage } from '../../../edge/usage/consume-usage.ts';
import type { World } from '../engine/world.ts';

interface Statement {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

type PreparedStatement = ReturnType<Database['prepare']>;
type Database = Parameters<typeof consumeUsage>[1]['db'];

export interface SimulatedD1 {
  readonly db: Database;
  /** A query of its own, over the same way. */
  ask<T>(what: string, work: () => T): Promise<T>;
}

/** As much of D1 as the edge's code here asks: prepared statements, and batches that are all or nothing. */
export function createSimulatedD1({ network, faults }: World, sql: Sql): SimulatedD1 {
  const statements = new WeakMap<object, Statement>();

  function ask<T>(what: string, work: () => T): Promise<T> {
    return network.call(`database ${what}`, () => {
      if (faults.strikes('database-fails')) throw new Error('D1_ERROR: a fault');
      return work();
    });
  }

  function prepare(text: string, values: readonly SqlValue[] = []): PreparedStatement {
    const statement = {
      bind: (...bound: SqlValue[]) => prepare(text, bound),
    };
    statements.set(statement, { text, values });
    return statement as unknown as PreparedStatement;
  }

  const db = {
    prepare,
    batch: (batch: object[]) =>
      ask('batch', () =>
        sql.transaction(() =>
          batch.map((statement) => {
            const { text, values } = statements.get(statement) ?? { text: '', values: [] };
            return { results: sql.exec(text, ...values) };
          }),
        ),
      ),
  } as unknown as Database;
  return { db, ask };
}
