import type { Endpoint } from '../../endpoint.ts';
import type { AdminOptions } from './admin-options.ts';
import { changeKey } from './change-key.ts';
import { changeTenant } from './change-tenant.ts';
import { createKey } from './create-key.ts';
import { createTenant } from './create-tenant.ts';
import { getKey } from './get-key.ts';
import { getTenant } from './get-tenant.ts';
import { listKeys } from './list-keys.ts';
import { listTenants } from './list-tenants.ts';
import { rerollKey } from './reroll-key.ts';
import { revokeKey } from './revoke-key.ts';

/** Keys and tenants. Who manages what: ../../keys/authority.ts */
export function adminEndpoints(options: AdminOptions): Endpoint[] {
  return [
    createKey(options),
    listKeys(options),
    getKey(options),
    changeKey(options),
    revokeKey(options),
    rerollKey(options),
    createTenant(options),
    listTenants(options),
    getTenant(options),
    changeTenant(options),
  ];
}
