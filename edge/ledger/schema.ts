import type { Sql } from './sql.ts';

/** The account's tables. Constraints are the last line of defence: no code can bring the balance below 0. */
const TABLES = [
  `CREATE TABLE IF NOT EXISTS account (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    tenant TEXT NOT NULL, -- the ledger's name
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
  // What shards were given, and what they said of it: what is given and not returned is held here. @see allotment.ts
  `CREATE TABLE IF NOT EXISTS given (
    shard INTEGER NOT NULL,
    plan TEXT NOT NULL,
    day TEXT NOT NULL,
    granted INTEGER NOT NULL,
    returned INTEGER NOT NULL DEFAULT 0 CHECK (returned >= 0),
    charged INTEGER NOT NULL DEFAULT 0 CHECK (charged >= 0),
    PRIMARY KEY (shard, plan, day),
    CHECK (returned + charged <= granted)
  ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX IF NOT EXISTS given_open ON given (day, plan) WHERE granted > returned + charged`,
  // What this shard was given, if it is one. In a shard, the account's credit is what it has of it.
  `CREATE TABLE IF NOT EXISTS pools (
    plan TEXT NOT NULL,
    day TEXT NOT NULL,
    granted INTEGER NOT NULL DEFAULT 0,
    returned INTEGER NOT NULL DEFAULT 0 CHECK (returned >= 0),
    held INTEGER NOT NULL DEFAULT 0, -- reserved or charged now
    charged INTEGER NOT NULL DEFAULT 0 CHECK (charged >= 0),
    limits_text TEXT NOT NULL DEFAULT '', -- JSON of the tenant's limits that it was last supplied under
    "left" INTEGER, -- what the tenant's ledger could give beyond then; NULL: no limit
    PRIMARY KEY (plan, day),
    CHECK (charged <= held),
    CHECK (returned + held <= granted)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS rates (key_id TEXT PRIMARY KEY, full_at REAL NOT NULL) STRICT, WITHOUT ROWID`,
  // Pictures of requests that a limit refused.
  `CREATE TABLE IF NOT EXISTS refusals (
    day TEXT NOT NULL,
    key_id TEXT NOT NULL,
    model TEXT NOT NULL,
    pictures INTEGER NOT NULL,
    PRIMARY KEY (day, key_id, model)
  ) STRICT, WITHOUT ROWID`,
  // Settled charges that the queue has not taken yet.
  `CREATE TABLE IF NOT EXISTS outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    charge_id TEXT NOT NULL,
    added_at INTEGER NOT NULL
  ) STRICT`,
];

/** @throws Error when the database is another ledger's. `name`: see ledger-name.ts */
export function openAccount(sql: Sql, name: string): void {
  sql.transaction(() => {
    for (const table of TABLES) sql.exec(table);
    sql.exec('INSERT INTO account (one, tenant) VALUES (1, ?) ON CONFLICT (one) DO NOTHING', name);
  });
  const known = nameOf(sql);
  if (known !== name) throw new Error(`the ledger ${known} was opened as ${name}`);
}

/** Which ledger the database is. @throws Error when it was never opened. */
export function nameOf(sql: Sql): string {
  const [account] = sql.exec<{ tenant: string }>('SELECT tenant FROM account');
  if (!account) throw new Error('an open ledger has an account');
  return account.tenant;
}
