import { createTextRows } from '../durable/text-rows.ts';
import type { Sql } from '../ledger/sql.ts';

/** How long an answer is kept, from the first request under its key. */
export const KEPT_MS = 24 * 3_600_000;

/**
 * After this a request that neither answered nor failed counts as dead, and the next one under its key takes over: more
 * than the longest that a request may take. Should it live after all, its charges are those of the one that took over.
 */
export const RUNNING_MS = 90_000;

/** A client that hears 409 asks again after so long: about what pictures take. */
const RETRY_AFTER_S = 1;

export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Beginning =
  /** Go on. `requestKey` names the charges, and is the same however often this request is tried. */
  | { readonly state: 'begun'; readonly attempt: number; readonly requestKey: string }
  | { readonly state: 'answered'; readonly answer: StoredAnswer }
  | { readonly state: 'running'; readonly retryAfterS: number }
  /** The key was used for another request. */
  | { readonly state: 'reused' };

/** What is known of one Idempotency-Key of one tenant. */
export interface IdempotencyRecord {
  /**
   * `requestHash` tells requests apart; `owner` names one that comes, at random. An owner that asks again, since it has
   * not heard its answer, is told the same: what it has begun is its own.
   */
  begin(requestHash: string, owner: string): Beginning;
  /** Keeps the answer or, when there is none, lets the next request try. Of an owner that was followed: nothing. */
  finish(owner: string, answer: StoredAnswer | undefined): void;
  /** Milliseconds since 1970 after which nothing of it is needed; undefined: there is nothing. */
  expiresAt(): number | undefined;
}

export interface IdempotencyRecordOptions {
  readonly sql: Sql;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A name that was never given before. */
  readonly newId: () => string;
}

interface Row {
  readonly request_hash: string;
  readonly request_key: string;
  readonly created_at: number;
  readonly attempt: number;
  readonly running_until: number | null;
  readonly status: number | null;
  readonly headers: string | null;
  readonly owner: string;
}

const CREATE = `
  CREATE TABLE IF NOT EXISTS record (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    request_hash TEXT NOT NULL,
    request_key TEXT NOT NULL,
    created_at INTEGER NOT NULL, -- this and the next: milliseconds since 1970
    attempt INTEGER NOT NULL,
    running_until INTEGER, -- NULL: no request is under way
    status INTEGER, -- NULL: there is no answer yet
    headers TEXT, -- JSON
    owner TEXT NOT NULL DEFAULT '' -- of the attempt
  ) STRICT`;

/** For records from before there were owners. */
const ADD_OWNER = "ALTER TABLE record ADD COLUMN owner TEXT NOT NULL DEFAULT ''";

/**
 * The request key is made at random with the record: the client's own key would name the same charges again after the
 * record has gone, and another request under it would then cost nothing.
 */
export function createIdempotencyRecord({ sql, now, newId }: IdempotencyRecordOptions): IdempotencyRecord {
  const body = createTextRows(sql);

  function find(): Row | undefined {
    sql.exec(CREATE);
    body.create();
    const [row] = sql.exec<Row>('SELECT * FROM record');
    if (row && row.owner === undefined) sql.exec(ADD_OWNER);
    return row;
  }

  function insert(requestHash: string, owner: string): Beginning {
    const requestKey = newId();
    sql.exec('DELETE FROM record');
    body.write('');
    sql.exec(
      'INSERT INTO record VALUES (1, ?, ?, ?, 1, ?, NULL, NULL, ?)',
      requestHash,
      requestKey,
      now(),
      now() + RUNNING_MS,
      owner,
    );
    return { state: 'begun', attempt: 1, requestKey };
  }

  function resume(row: Row, owner: string): Beginning {
    const attempt = row.attempt + 1;
    const until = now() + RUNNING_MS;
    sql.exec('UPDATE record SET attempt = ?, running_until = ?, owner = ?', attempt, until, owner);
    return { state: 'begun', attempt, requestKey: row.request_key };
  }

  return {
    begin: (requestHash, owner) =>
      sql.transaction((): Beginning => {
        const row = find();
        if (!row || now() >= row.created_at + KEPT_MS) return insert(requestHash, owner);
        if (row.request_hash !== requestHash) return { state: 'reused' };
        if (row.status !== null) {
          const headers = JSON.parse(row.headers ?? '{}') as StoredAnswer['headers'];
          return { state: 'answered', answer: { status: row.status, headers, body: body.read() } };
        }
        const isRunning = row.running_until !== null && now() < row.running_until;
        if (isRunning && row.owner === owner) {
          return { state: 'begun', attempt: row.attempt, requestKey: row.request_key };
        }
        // An owner that has given up, and whose question comes after that: it begins nothing that nobody would end.
        if (isRunning || row.owner === owner) return { state: 'running', retryAfterS: RETRY_AFTER_S };
        return resume(row, owner);
      }),
    finish: (owner, answer) =>
      sql.transaction(() => {
        const row = find();
        if (row?.owner !== owner || row.status !== null) return;
        sql.exec(
          'UPDATE record SET running_until = NULL, status = ?, headers = ?',
          answer?.status ?? null,
          answer ? JSON.stringify(answer.headers) : null,
        );
        if (answer) body.write(answer.body);
      }),
    expiresAt() {
      const row = sql.transaction(find);
      return row && row.created_at + KEPT_MS;
    },
  };
}
