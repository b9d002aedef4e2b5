import { env } from 'cloudflare:workers';
import { createDurableLedgers } from '../../../edge/durable/ledger-object.ts';
import type { Account, Ledger } from '../../../edge/ledger/ledger.ts';
import { createTenantAccounts } from '../../../edge/ledger/tenant-accounts.ts';
import { createTenantLedgers } from '../../../edge/ledger/tenant-ledgers.ts';

const parts = createDurableLedgers(env.LEDGER);

/** The real ledger of a tenant, for keys in one of its shards, and the account over all of them. */
export function tenantLedger(tenant: string, shard = 0, shards = shard): Ledger & Account {
  return { ...createTenantLedgers(parts)({ tenant, shard }), ...createTenantAccounts(parts)(tenant, shards) };
}
