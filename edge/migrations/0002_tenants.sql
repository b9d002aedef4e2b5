-- Tenants, and what a key has beside its secret. Times are seconds since 1970.
CREATE TABLE tenants (
  id TEXT PRIMARY KEY, -- chosen by the operator, never changed
  name TEXT NOT NULL,
  plan TEXT NOT NULL, -- prepaid, postpaid
  status TEXT NOT NULL, -- active, suspended
  operator INTEGER NOT NULL, -- 1: its admin keys manage every tenant
  created_at INTEGER NOT NULL
) STRICT;

-- The owners of keys from before.
INSERT INTO tenants SELECT tenant, tenant, 'postpaid', 'active', 0, min(created_at) FROM api_keys GROUP BY tenant;

ALTER TABLE api_keys RENAME TO api_keys_1;
DROP INDEX api_keys_tenant;

CREATE TABLE api_keys (
  id TEXT PRIMARY KEY, -- the key's public part, 12 characters, for life
  hash TEXT NOT NULL, -- SHA-256 of the key, 64 hex digits; the key itself is shown once and never stored
  previous_hash TEXT, -- that of the secret before the last re-roll …
  previous_expires_at INTEGER, -- … which holds until then; both NULL: there is none
  tenant TEXT NOT NULL REFERENCES tenants (id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL, -- live, test
  scopes TEXT NOT NULL, -- of generate, read, admin; joined by one space
  rate_per_minute INTEGER, -- this and the budgets: NULL is no limit
  day_units INTEGER,
  month_units INTEGER,
  total_units INTEGER,
  created_at INTEGER NOT NULL,
  expires_at INTEGER, -- NULL: never
  revoked_at INTEGER, -- NULL: not revoked
  last_used_at INTEGER -- to the minute; NULL: never
) STRICT;

INSERT INTO api_keys (id, hash, tenant, name, kind, scopes, created_at, expires_at, revoked_at)
SELECT id, hash, tenant, name, 'live', scopes, created_at, expires_at, revoked_at FROM api_keys_1;

DROP TABLE api_keys_1;

-- Lists are read newest first, of one tenant or of all.
CREATE INDEX api_keys_of_tenant ON api_keys (tenant, created_at, id);
CREATE INDEX api_keys_by_age ON api_keys (created_at, id);
CREATE INDEX tenants_by_age ON tenants (created_at, id);
