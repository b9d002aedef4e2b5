import type { Sql } from '../ledger/sql.ts';

/** UTF-16 units of a row: at three bytes each still below the 2 MB that a row of a Durable Object may have. */
const ROW_LENGTH = 600_000;

/** A text of any length, cut over the rows of table `text_rows`: ten pictures in base64 do not fit one row. */
export interface TextRows {
  /** The table; to be run before the others. */
  create(): void;
  /** Replaces what there is. Within the caller's transaction. */
  write(text: string): void;
  read(): string;
}

export function createTextRows(sql: Sql): TextRows {
  return {
    create() {
      sql.exec('CREATE TABLE IF NOT EXISTS text_rows (place INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT');
    },
    write(text) {
      sql.exec('DELETE FROM text_rows');
      for (let start = 0; start < text.length; start += ROW_LENGTH) {
        const row = text.slice(start, start + ROW_LENGTH);
        sql.exec('INSERT INTO text_rows (place, text) VALUES (?, ?)', start, row);
      }
    },
    read() {
      const rows = sql.exec<{ readonly text: string }>('SELECT text FROM text_rows ORDER BY place');
      return rows.map(({ text }) => text).join('');
    },
  };
}
