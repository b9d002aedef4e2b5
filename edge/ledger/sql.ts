export type SqlValue = string | number | null;

/** A private SQLite database, synchronous: that of a Durable Object, or of `node:sqlite`. */
export interface Sql {
  /** Runs one statement; its rows, if it gives any. */
  exec<Row>(statement: string, ...bindings: readonly SqlValue[]): Row[];
  /** All of what `work` changes or, when it throws, nothing. Not nested. */
  transaction<T>(work: () => T): T;
}
