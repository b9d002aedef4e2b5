-- How many ledgers a tenant has beside its own (edge/ledger/README.md), and in which of them a key is, for life. 0: the
-- tenant's own. The number of shards only grows.
ALTER TABLE tenants ADD COLUMN shards INTEGER NOT NULL DEFAULT 0;
-- How often the tenant's budgets were changed: what a shard was given under others, it does not spend.
ALTER TABLE tenants ADD COLUMN limits_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE api_keys ADD COLUMN shard INTEGER NOT NULL DEFAULT 0;
