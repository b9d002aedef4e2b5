import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Sql, SqlValue } from '../../edge/ledger/sql.ts';

/** An SQLite database in memory, as a Durable Object's: private and synchronous; it outlives the object that wrote it. */
export interface NodeSql extends Sql {
  /** Leaves an empty database, as a Durable Object that deletes all. */
  deleteAll(): void;
  close(): void;
}

export function createNodeSql(): NodeSql {
  let database = new DatabaseSync(':memory:');
  const statements = new Map<string, StatementSync>();
  function close(): void {
    statements.clear();
    database.close();
  }
  return {
    exec<Row>(statement: string, ...bindings: readonly SqlValue[]): Row[] {
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
    deleteAll() {
      close();
      database = new DatabaseSync(':memory:');
    },
    close,
  };
}
