import type { Sql } from '../ledger/sql.ts';
import type { DeliveryStatus, LoggedAttempt, WebhookDelivery, WebhookMessage } from './webhook.ts';

/** What a delivery sends, and with what it is signed where it has no endpoint. */
export interface DeliveryContent {
  readonly body: string;
  readonly secret: string | null;
}

export interface DeliveryFilter {
  readonly endpointId?: string | undefined;
  readonly limit: number;
}

/** A tenant's messages, their deliveries and the log of tries, as rows. */
export interface DeliveryStorage {
  /** False when the message is known. */
  addMessage(message: WebhookMessage, nowMs: number): boolean;
  addDelivery(delivery: WebhookDelivery, secret: string | null): void;
  find(id: string): WebhookDelivery | undefined;
  content(id: string): DeliveryContent;
  /** Newest first. */
  list(filter: DeliveryFilter): WebhookDelivery[];
  attempts(id: string): LoggedAttempt[];
  /** Deliveries to try by now, the longest due first. */
  due(nowMs: number, limit: number): WebhookDelivery[];
  /** When the next delivery is due; undefined: none is pending. */
  nextDue(): number | undefined;
  /** `nextTryAt` null: no more. */
  set(id: string, status: DeliveryStatus, tries: number, nextTryAt: number | null): void;
  log(id: string, attempt: LoggedAttempt): void;
  /** Forgets messages from before that time, with all that belongs to them. */
  forget(beforeMs: number): void;
  /** When the oldest message came. */
  oldest(): number | undefined;
}

const TABLES = [
  `CREATE TABLE IF NOT EXISTS messages (
    id TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL -- this and the other times: milliseconds since 1970
  ) STRICT`,
  `CREATE TABLE IF NOT EXISTS deliveries (
    id TEXT PRIMARY KEY,
    message_id TEXT NOT NULL,
    type TEXT NOT NULL,
    endpoint_id TEXT,
    url TEXT NOT NULL,
    secret TEXT, -- where there is no endpoint
    status TEXT NOT NULL,
    tries INTEGER NOT NULL,
    next_try_at INTEGER,
    created_at INTEGER NOT NULL
  ) STRICT`,
  'CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (next_try_at) WHERE next_try_at IS NOT NULL',
  'CREATE INDEX IF NOT EXISTS deliveries_message ON deliveries (message_id)',
  `CREATE TABLE IF NOT EXISTS attempts (
    delivery_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    status INTEGER,
    reason TEXT,
    duration_ms INTEGER NOT NULL
  ) STRICT`,
  'CREATE INDEX IF NOT EXISTS attempts_delivery ON attempts (delivery_id)',
];

const DELIVERY = `SELECT id, message_id AS messageId, type, endpoint_id AS endpointId, url, status, tries,
  next_try_at AS nextTryAt, created_at AS createdAt FROM deliveries`;

export function createDeliveryStorage(sql: Sql): DeliveryStorage {
  for (const table of TABLES) sql.exec(table);

  /** The one value that a query for a minimum gives; of no rows it is null. */
  const timeOf = (query: string) => sql.exec<{ readonly at: number | null }>(query)[0]?.at ?? undefined;

  return {
    addMessage({ id, type, body }, nowMs) {
      const known = sql.exec('SELECT 1 FROM messages WHERE id = ?', id).length > 0;
      if (!known) sql.exec('INSERT INTO messages VALUES (?, ?, ?, ?)', id, type, body, nowMs);
      return !known;
    },
    addDelivery(delivery, secret) {
      const { id, messageId, type, endpointId, url, status, tries, nextTryAt, createdAt } = delivery;
      sql.exec(
        'INSERT INTO deliveries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        ...[id, messageId, type, endpointId, url, secret, status, tries, nextTryAt, createdAt],
      );
    },
    find: (id) => sql.exec<WebhookDelivery>(`${DELIVERY} WHERE id = ?`, id)[0],
    content(id) {
      const [content] = sql.exec<DeliveryContent>(
        'SELECT body, secret FROM deliveries JOIN messages ON messages.id = message_id WHERE deliveries.id = ?',
        id,
      );
      if (!content) throw new Error('a delivery has a message');
      return content;
    },
    list: ({ endpointId = null, limit }) =>
      sql.exec<WebhookDelivery>(
        `${DELIVERY} WHERE ?1 IS NULL OR endpoint_id = ?1 ORDER BY created_at DESC, id LIMIT ?2`,
        endpointId,
        limit,
      ),
    attempts: (id) =>
      sql.exec<LoggedAttempt>(
        `SELECT at, status, reason, duration_ms AS durationMs FROM attempts
          WHERE delivery_id = ? ORDER BY rowid`,
        id,
      ),
    due: (nowMs, limit) =>
      sql.exec<WebhookDelivery>(
        `${DELIVERY} WHERE next_try_at <= ? ORDER BY next_try_at, id LIMIT ?`,
        nowMs,
        limit,
      ),
    nextDue: () => timeOf('SELECT min(next_try_at) AS at FROM deliveries WHERE next_try_at IS NOT NULL'),
    set: (id, status, tries, nextTryAt) =>
      void sql.exec(
        'UPDATE deliveries SET status = ?, tries = ?, next_try_at = ? WHERE id = ?',
        ...[status, tries, nextTryAt, id],
      ),
    log: (id, { at, status, reason, durationMs }) =>
      void sql.exec('INSERT INTO attempts VALUES (?, ?, ?, ?, ?)', id, at, status, reason, durationMs),
    forget(beforeMs) {
      const old = 'SELECT id FROM messages WHERE created_at < ?';
      const ofOld = `SELECT id FROM deliveries WHERE message_id IN (${old})`;
      sql.exec(`DELETE FROM attempts WHERE delivery_id IN (${ofOld})`, beforeMs);
      sql.exec(`DELETE FROM deliveries WHERE message_id IN (${old})`, beforeMs);
      sql.exec('DELETE FROM messages WHERE created_at < ?', beforeMs);
    },
    oldest: () => timeOf('SELECT min(created_at) AS at FROM messages'),
  };
}
