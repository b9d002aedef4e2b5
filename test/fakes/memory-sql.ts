import { DatabaseSync } from 'node:sqlite';
import type { Sql, SqlValue } from '../../edge/ledger/sql.ts';

/** SQLite in memory, as a Durable Object has it. */
export function createMemorySql(): Sql {
  const database = new DatabaseSync(':memory:');
  return {
    exec<Row>(statement: string, ...bindings: readonly SqlValue[]): Row[] {
      return database.prepare(statement).all(...bindings) as Row[];
    },
    transaction(work) {
      database.exec('BEGIN');
      try {
        const result = work();
        database.exec('COMMIT');
        return result;
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    },
  };
}
