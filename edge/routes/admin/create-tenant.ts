import { z } from '@hono/zod-openapi';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import type { Endpoint } from '../../endpoint.ts';
import { readJson } from '../../generation/read-json.ts';
import { requireOperator } from '../../keys/authority.ts';
import type { Tenant } from '../../keys/tenant.ts';
import { parseBody } from '../../requests/parse-body.ts';
import type { AdminOptions } from './admin-options.ts';
import { ADMIN, adminResponses, jsonBody, ONCE_ERRORS, ONCE_HEADERS } from './admin-spec.ts';
import { nameSchema } from './key-schema.ts';
import { budgetsChangeSchema, budgetsOf } from './limits-schema.ts';
import { describeTenant, planSchema, shardsSchema, tenantIdSchema, tenantSchema } from './tenant-schema.ts';

const bodySchema = z
  .strictObject({
    id: tenantIdSchema,
    name: nameSchema,
    plan: planSchema.default('prepaid'),
    limits: budgetsChangeSchema.optional(),
    shards: shardsSchema.default(0),
  })
  .openapi('NewTenant');

/** `POST /v1/admin/tenants` */
export function createTenant({ answerOnce, authenticate, tenants, now }: AdminOptions): Endpoint {
  return {
    spec: {
      ...ADMIN,
      method: 'post',
      path: '/v1/admin/tenants',
      operationId: 'createTenant',
      summary: 'Make a tenant (operators only)',
      request: { headers: ONCE_HEADERS, body: jsonBody(bodySchema) },
      responses: adminResponses(201, 'The tenant.', tenantSchema, [
        'invalid_request',
        'conflict',
        ...ONCE_ERRORS,
      ]),
    },
    middleware: [authenticate(['admin']), answerOnce],
    async handle(context) {
      requireOperator(context.get('tenant'));
      const body = parseBody(bodySchema, await readJson(context.req.raw));
      const { id, name, plan, shards } = body;
      const { dayUnits = null, monthUnits = null, totalUnits = null } = budgetsOf(body.limits);
      const createdAt = Math.floor(now() / 1000);
      const tenant: Tenant = {
        id,
        name,
        plan,
        status: 'active',
        limits: { dayUnits, monthUnits, totalUnits, version: 0 },
        shards,
        operator: false,
        createdAt,
      };
      if (!(await tenants.add(tenant))) {
        throw new ApiError('conflict', {
          param: 'id',
          message: `There is a tenant ${JSON.stringify(id)} already.`,
        });
      }
      return context.json(describeTenant(tenant), 201, { location: `/v1/admin/tenants/${id}` });
    },
  };
}
