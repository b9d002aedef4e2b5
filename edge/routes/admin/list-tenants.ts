import { z } from '@hono/zod-openapi';
import type { Endpoint } from '../../endpoint.ts';
import { parseQuery } from '../../requests/parse-query.ts';
import type { AdminOptions } from './admin-options.ts';
import { ADMIN, adminResponses } from './admin-spec.ts';
import { PAGE_PARAMETERS, pageBody, pageRequestOf, pageSchemaOf } from './page-schema.ts';
import { describeTenant, tenantSchema } from './tenant-schema.ts';

const querySchema = z.strictObject(PAGE_PARAMETERS);
const tenantsSchema = pageSchemaOf(tenantSchema).openapi('Tenants');

/** `GET /v1/admin/tenants` */
export function listTenants({ authenticate, tenants }: AdminOptions): Endpoint {
  return {
    spec: {
      ...ADMIN,
      method: 'get',
      path: '/v1/admin/tenants',
      operationId: 'listTenants',
      summary: 'The tenants that the caller manages',
      request: { query: querySchema },
      responses: adminResponses(200, 'A page of tenants.', tenantsSchema, ['invalid_request']),
    },
    middleware: [authenticate(['admin'])],
    async handle(context) {
      const page = pageRequestOf(parseQuery(querySchema, context.req.url));
      const actor = context.get('tenant');
      const only = actor.operator ? undefined : actor.id;
      return context.json(pageBody(await tenants.list(only, page), describeTenant));
    },
  };
}
