import type { Endpoint } from '../../endpoint.ts';
import { ID_PARAMETER } from '../admin/admin-spec.ts';
import { tenantInSight } from '../admin/tenant-in-sight.ts';
import type { AccountOptions } from './account-options.ts';
import { ACCOUNT, accountResponses } from './account-spec.ts';
import { balanceSchema, describeBalance } from './balance-schema.ts';

/** `GET /v1/admin/tenants/{id}/balance` */
export function getTenantBalance({
  authenticate,
  accountOf,
  tenants,
}: Pick<AccountOptions, 'authenticate' | 'accountOf' | 'tenants'>): Endpoint {
  return {
    spec: {
      ...ACCOUNT,
      tags: ['admin'],
      method: 'get',
      path: '/v1/admin/tenants/{id}/balance',
      operationId: 'getTenantBalance',
      summary: 'Credit of a tenant, and what it was charged',
      request: { params: ID_PARAMETER },
      responses: accountResponses('The balance of the tenant.', balanceSchema, ['not_found']),
    },
    middleware: [authenticate(['admin'])],
    async handle(context) {
      const tenant = await tenantInSight(context, tenants);
      return context.json(describeBalance(tenant, await accountOf(tenant.id, tenant.shards).balance()));
    },
  };
}
