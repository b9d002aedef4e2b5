-- Jobs that have not ended: each holds a place of its tenant and of its key.
CREATE TABLE open_jobs (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  key_id TEXT NOT NULL,
  check_at INTEGER NOT NULL -- milliseconds since 1970: when the job itself is asked whether it still is one
) STRICT, WITHOUT ROWID;

CREATE INDEX open_jobs_of_tenant ON open_jobs (tenant, key_id);
CREATE INDEX open_jobs_to_check ON open_jobs (check_at);
