import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Sql } from '../../../edge/ledger/sql.ts';

/** A private SQLite database: what is committed outlives the object that wrote it, all else is rolled back. */
export interface SimulatedSql extends Sql {
  /** Leaves an empty database, as a Durable Object that deletes all. */
  deleteAll(): void;
  close(): void;
}

export function createSimulatedSql(): SimulatedSql {
  let database = new DatabaseSync(':memory:');
  const statements = new Map<string, StatementSync>();
  function close(): void {
    statements.clear();
    database.close();
  }
  return {
    exec<Row>(statement: string, ...bindings: readonly (string | number | null)[]): Row[] {
      const prepared = statements.get(statement) ?? database.prepare(statement);
      statements.set(statement, prepared);
      return prepared.all(...bindings) as Row[];
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
    deleteAll() {
      close();
      database = new DatabaseSync(':memory:');
    },
    close,
  };
}
