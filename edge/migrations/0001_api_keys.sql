-- What is known of an API key. The key itself is shown once and never stored: `hash` is its SHA-256, 64 hex digits.
CREATE TABLE api_keys (
  id TEXT PRIMARY KEY, -- the key's public part, 12 characters
  hash TEXT NOT NULL,
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL, -- of generate, read, admin; joined by one space
  created_at INTEGER NOT NULL, -- this and the other times: seconds since 1970
  expires_at INTEGER, -- NULL: never
  revoked_at INTEGER -- NULL: not revoked
) STRICT;

CREATE INDEX api_keys_tenant ON api_keys (tenant);
