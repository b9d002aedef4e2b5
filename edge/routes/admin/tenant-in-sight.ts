import type { Context } from 'hono';
import type { EdgeContext } from '../../endpoint.ts';
import { manages, noTenant } from '../../keys/authority.ts';
import type { Tenant } from '../../keys/tenant.ts';
import type { TenantRegistry } from '../../keys/tenant-registry.ts';

/**
 * The tenant that the path names.
 * @throws ApiError `not_found` where there is none, or this request does not manage it.
 */
export async function tenantInSight(context: Context<EdgeContext>, tenants: TenantRegistry): Promise<Tenant> {
  const id = context.req.param('id') ?? '';
  const tenant = manages(context.get('tenant'), id) ? await tenants.get(id) : undefined;
  if (!tenant) throw noTenant();
  return tenant;
}
