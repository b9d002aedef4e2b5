import { z } from '@hono/zod-openapi';
import type { Endpoint } from '../../endpoint.ts';
import { listedTenant } from '../../keys/authority.ts';
import { parseQuery } from '../../requests/parse-query.ts';
import type { AdminOptions } from './admin-options.ts';
import { ADMIN, adminResponses } from './admin-spec.ts';
import { describeKey, keySchema } from './key-schema.ts';
import { PAGE_PARAMETERS, pageBody, pageRequestOf, pageSchemaOf } from './page-schema.ts';

const querySchema = z.strictObject({
  tenant: z
    .string()
    .optional()
    .openapi({ description: 'Only this tenant’s; operators see all tenants’ without it.' }),
  ...PAGE_PARAMETERS,
});
const keysSchema = pageSchemaOf(keySchema).openapi('ApiKeys');

/** `GET /v1/admin/keys` */
export function listKeys({ authenticate, keys, now }: AdminOptions): Endpoint {
  return {
    spec: {
      ...ADMIN,
      method: 'get',
      path: '/v1/admin/keys',
      operationId: 'listKeys',
      summary: 'API keys, also those that hold no longer',
      request: { query: querySchema },
      responses: adminResponses(200, 'A page of keys.', keysSchema, ['invalid_request', 'not_found']),
    },
    middleware: [authenticate(['admin'])],
    async handle(context) {
      const query = parseQuery(querySchema, context.req.url);
      const tenant = listedTenant(context.get('tenant'), query.tenant);
      const page = await keys.list(tenant, pageRequestOf(query));
      const nowS = Math.floor(now() / 1000);
      return context.json(pageBody(page, (key) => describeKey(key, nowS)));
    },
  };
}
