import type { KeyRecord } from '../keys/key-record.ts';
import type { Tenant } from '../keys/tenant.ts';
import type { Spender } from './ledger.ts';

export function spenderOf({ id: keyId, limits }: KeyRecord, tenant: Tenant): Spender {
  return { keyId, plan: tenant.plan, limits, tenantLimits: tenant.limits };
}
