-- Settled charges as the ledgers sent them; ledger and table are reconciled by edge/usage/reconcile. All times:
-- milliseconds since 1970; days: of UTC, 2026-11-23.
CREATE TABLE usage_charges (
  charge_id TEXT PRIMARY KEY, -- so that a message delivered again changes nothing
  tenant TEXT NOT NULL,
  key_id TEXT NOT NULL,
  model TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  outcome TEXT NOT NULL, -- generated, cache_hit, follower, failed, refused, moderated
  units INTEGER NOT NULL,
  day TEXT NOT NULL, -- whose budgets the units count in
  settled_at INTEGER NOT NULL,
  version INTEGER NOT NULL, -- a charge that failed and was tried again has a higher one
  exported_at INTEGER -- NULL: not exported
) STRICT;

CREATE INDEX usage_charges_of_day ON usage_charges (tenant, day, charge_id);
CREATE INDEX usage_charges_to_export ON usage_charges (settled_at) WHERE exported_at IS NULL AND units > 0;

-- The gateway's own access log: the charges that it answered with. It shares nothing with the way of usage_charges.
CREATE TABLE usage_answers (
  charge_id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  units INTEGER NOT NULL,
  day TEXT NOT NULL,
  answered_at INTEGER NOT NULL
) STRICT;

CREATE INDEX usage_answers_of_day ON usage_answers (tenant, day, charge_id);

-- Messages that are none of the above; somebody must look at them.
CREATE TABLE usage_dead (
  message_id TEXT PRIMARY KEY,
  body TEXT NOT NULL,
  failed_at INTEGER NOT NULL
) STRICT;

-- What the last reconciliation of a day found; empty is right.
CREATE TABLE usage_differences (
  charge_id TEXT NOT NULL,
  source TEXT NOT NULL, -- charges, answers: the table that differs from the ledger
  tenant TEXT NOT NULL,
  day TEXT NOT NULL,
  ledger_units INTEGER, -- NULL: the ledger has no such charge
  source_units INTEGER, -- NULL: the table has no such charge
  found_at INTEGER NOT NULL,
  PRIMARY KEY (charge_id, source)
) STRICT;

CREATE INDEX usage_differences_of_day ON usage_differences (tenant, day);
