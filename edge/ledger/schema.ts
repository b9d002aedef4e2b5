import type { Sql } from './sql.ts';

/** The account's tables. Constraints are the last line of defence: no code can bring the balance below 0. */
const TABLES = [
  `CREATE TABLE IF NOT EXISTS account (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    tenant TEXT NOT NULL,
    credited INTEGER NOT NULL DEFAULT 0,
    spent INTEGER NOT NULL DEFAULT 0 CHECK (spent >= 0),
    reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    billed INTEGER NOT NULL DEFAULT 0 CHECK (billed >= 0),
    last_lease INTEGER NOT NULL DEFAULT 0,
    outbox_failures INTEGER NOT NULL DEFAULT 0,
    outbox_retry_at INTEGER NOT NULL DEFAULT 0,
    CHECK (spent + reserved <= credited)
  ) STRICT`,
  // The id is the dedupe mark: row and mark are one. Rows are never deleted, so a charge replayed in a year is known.
  `CREATE TABLE IF NOT EXISTS charges (
    id TEXT PRIMARY KEY,
    request_key TEXT NOT NULL,
    key_id TEXT NOT NULL,
    model TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    plan TEXT NOT NULL CHECK (plan IN ('prepaid', 'postpaid')),
    state TEXT NOT NULL CHECK (state IN ('reserved', 'committed', 'released', 'expired')),
    outcome TEXT, -- NULL: reserved
    price INTEGER NOT NULL CHECK (price >= 0), -- as reserved
    units INTEGER NOT NULL CHECK (units >= 0), -- held or charged now
    day TEXT NOT NULL, -- of UTC, whose budgets the units count in
    lease INTEGER NOT NULL,
    lease_ends_at INTEGER NOT NULL, -- this and other times: milliseconds since 1970
    settled_at INTEGER, -- NULL: reserved
    version INTEGER NOT NULL DEFAULT 0, -- how often it was settled
    CHECK ((state = 'reserved') = (outcome IS NULL)),
    CHECK ((state = 'reserved') = (settled_at IS NULL)),
    CHECK (state IN ('reserved', 'committed') OR units = 0)
  ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX IF NOT EXISTS charges_lease ON charges (lease_ends_at) WHERE state = 'reserved'`,
  `CREATE INDEX IF NOT EXISTS charges_day ON charges (day, key_id, model, outcome, units)
    WHERE state <> 'reserved'`,
  // Units held and charged, by key and tenant, in a day, a month and in total.
  `CREATE TABLE IF NOT EXISTS spends (
    scope TEXT NOT NULL,
    period TEXT NOT NULL,
    units INTEGER NOT NULL CHECK (units >= 0),
    PRIMARY KEY (scope, period)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS credits (
    id TEXT PRIMARY KEY,
    units INTEGER NOT NULL,
    note TEXT NOT NULL,
    granted_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS rates (key_id TEXT PRIMARY KEY, full_at REAL NOT NULL) STRICT, WITHOUT ROWID`,
  // Settled charges that the queue has not taken yet.
  `CREATE TABLE IF NOT EXISTS outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    charge_id TEXT NOT NULL,
    added_at INTEGER NOT NULL
  ) STRICT`,
];

/** @throws Error when the database is the account of another tenant. */
export function openAccount(sql: Sql, tenant: string): void {
  sql.transaction(() => {
    for (const table of TABLES) sql.exec(table);
    sql.exec('INSERT INTO account (one, tenant) VALUES (1, ?) ON CONFLICT (one) DO NOTHING', tenant);
  });
  const owner = ownerOf(sql);
  if (owner !== tenant) throw new Error(`ledger of ${owner} was opened as that of ${tenant}`);
}

/** Whose account the database is. @throws Error when it was never opened. */
export function ownerOf(sql: Sql): string {
  const [account] = sql.exec<{ tenant: string }>('SELECT tenant FROM account');
  if (!account) throw new Error('an open ledger has an account');
  return account.tenant;
}
