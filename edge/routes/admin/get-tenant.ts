import type { Endpoint } from '../../endpoint.ts';
import type { AdminOptions } from './admin-options.ts';
import { ADMIN, adminResponses, ID_PARAMETER } from './admin-spec.ts';
import { tenantInSight } from './tenant-in-sight.ts';
import { describeTenant, tenantSchema } from './tenant-schema.ts';

/** `GET /v1/admin/tenants/{id}` */
export function getTenant({ authenticate, tenants }: AdminOptions): Endpoint {
  return {
    spec: {
      ...ADMIN,
      method: 'get',
      path: '/v1/admin/tenants/{id}',
      operationId: 'getTenant',
      summary: 'One tenant',
      request: { params: ID_PARAMETER },
      responses: adminResponses(200, 'The tenant.', tenantSchema, ['not_found']),
    },
    middleware: [authenticate(['admin'])],
    handle: async (context) => context.json(describeTenant(await tenantInSight(context, tenants))),
  };
}
