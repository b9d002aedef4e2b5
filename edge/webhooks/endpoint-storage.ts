import type { Sql } from '../ledger/sql.ts';
import type { WebhookEndpoint } from './webhook.ts';

/** A tenant's webhook endpoints, as rows. */
export interface EndpointStorage {
  list(): WebhookEndpoint[];
  find(id: string): WebhookEndpoint | undefined;
  put(endpoint: WebhookEndpoint): void;
  delete(id: string): void;
}

const TABLE = `CREATE TABLE IF NOT EXISTS endpoints (
  id TEXT PRIMARY KEY,
  created_at INTEGER NOT NULL, -- milliseconds since 1970
  endpoint TEXT NOT NULL -- JSON, secrets included
) STRICT`;

interface Row {
  readonly endpoint: string;
}

export function createEndpointStorage(sql: Sql): EndpointStorage {
  sql.exec(TABLE);
  const parse = ({ endpoint }: Row): WebhookEndpoint => JSON.parse(endpoint) as WebhookEndpoint;
  return {
    list: () => sql.exec<Row>('SELECT endpoint FROM endpoints ORDER BY created_at, id').map(parse),
    find: (id) => sql.exec<Row>('SELECT endpoint FROM endpoints WHERE id = ?', id).map(parse)[0],
    put(endpoint) {
      const { id, createdAt } = endpoint;
      sql.exec('INSERT OR REPLACE INTO endpoints VALUES (?, ?, ?)', id, createdAt, JSON.stringify(endpoint));
    },
    delete: (id) => void sql.exec('DELETE FROM endpoints WHERE id = ?', id),
  };
}
