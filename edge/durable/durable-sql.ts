import type { Sql, SqlValue } from '../ledger/sql.ts';

/** The SQLite database of a Durable Object. */
export function createDurableSql(storage: DurableObjectStorage): Sql {
  return {
    exec<Row>(statement: string, ...bindings: readonly SqlValue[]): Row[] {
      return storage.sql.exec(statement, ...bindings).toArray() as Row[];
    },
    transaction: (work) => storage.transactionSync(work),
  };
}
