import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Sql, SqlValue } from '../../edge/ledger/sql.ts';

/** An SQLite database in memory, as a Durable Object's: private and synchronous; it outlives the object that wrote it. */
export interface NodeSql extends Sql {
  /** Leaves an empty database, as a Durable Object that deletes all. */
  deleteAll(): void;
  close(): void;
}

/** A database with the statements that were prepared on it. */
interface Opened {
  readonly database: DatabaseSync;
  readonly statements: Map<string, StatementSync>;
  /** What empties its tables, once they are known. */
  readonly wipes: StatementSync[];
}

/** Closed ones by kind, without a row: to make tables and to prepare statements takes longer than to use them. */
const idle = new Map<string, Opened[]>();

function open(): Opened {
  return { database: new DatabaseSync(':memory:'), statements: new Map(), wipes: [] };
}

/** @param kind of one kind are databases with the same tables: they are used again, empty. */
export function createNodeSql(kind?: string): NodeSql {
  let opened = (kind !== undefined && idle.get(kind)?.pop()) || open();
  function close(): void {
    const { database, wipes } = opened;
    if (kind === undefined) {
      database.close();
      return;
    }
    if (wipes.length === 0) {
      const tables = database.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).all();
      wipes.push(...tables.map(({ name }) => database.prepare(`DELETE FROM "${name}"`)));
    }
    database.exec('BEGIN');
    for (const wipe of wipes) wipe.run();
    database.exec('COMMIT');
    const others = idle.get(kind) ?? [];
    others.push(opened);
    idle.set(kind, others);
  }
  return {
    exec<Row>(statement: string, ...bindings: readonly SqlValue[]): Row[] {
      const { database, statements } = opened;
      const prepared = statements.get(statement) ?? database.prepare(statement);
      statements.set(statement, prepared);
      return prepared.all(...bindings) as Row[];
    },
    transaction(work) {
      const { database } = opened;
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
      opened.database.close();
      opened = open();
    },
    close,
  };
}
