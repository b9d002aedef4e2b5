import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Sql } from '../../edge/ledger/sql.ts';

/** The port over an SQLite database in memory, as a Durable Object's: private and synchronous. */
export function createNodeSql(): Sql {
  const database = new DatabaseSync(':memory:');
  const statements = new Map<string, StatementSync>();
  return {
    exec<Row>(statement: string, ...bindings: readonly (string | number | null)[]) {
      const prepared = statements.get(statement) ?? database.prepare(statement);
      statements.set(statement, prepared);
      return prepared.all(...bindings) as Row[];
    },
    transaction(work) {
      database.exec('BEGIN IMMEDIATE');
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
