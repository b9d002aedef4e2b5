import { z } from '@hono/zod-openapi';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import type { Endpoint } from '../../endpoint.ts';
import { readJson } from '../../generation/read-json.ts';
import { requireOperator } from '../../keys/authority.ts';
import { parseBody } from '../../requests/parse-body.ts';
import type { AdminOptions } from './admin-options.ts';
import { ADMIN, adminResponses, ID_PARAMETER, jsonBody } from './admin-spec.ts';
import { nameSchema } from './key-schema.ts';
import { budgetsChangeSchema, budgetsOf } from './limits-schema.ts';
import { tenantInSight } from './tenant-in-sight.ts';
import { describeTenant, planSchema, shardsSchema, statusSchema, tenantSchema } from './tenant-schema.ts';

const bodySchema = z
  .strictObject({
    name: nameSchema,
    plan: planSchema,
    status: statusSchema,
    limits: budgetsChangeSchema,
    shards: shardsSchema,
  })
  .partial()
  .openapi('TenantChange');

/** `PATCH /v1/admin/tenants/{id}`: name, plan, budgets, shards, and whether its keys work. */
export function changeTenant({ authenticate, tenants }: AdminOptions): Endpoint {
  return {
    spec: {
      ...ADMIN,
      method: 'patch',
      path: '/v1/admin/tenants/{id}',
      operationId: 'changeTenant',
      summary: 'Change a tenant (operators only); what is left out stays',
      description: 'Holds everywhere within 60 seconds. What was spent stays counted when a budget changes.',
      request: { params: ID_PARAMETER, body: jsonBody(bodySchema) },
      responses: adminResponses(200, 'The tenant as it is now.', tenantSchema, [
        'invalid_request',
        'not_found',
        'conflict',
      ]),
    },
    middleware: [authenticate(['admin'])],
    async handle(context) {
      const tenant = await tenantInSight(context, tenants);
      requireOperator(context.get('tenant'));
      const { limits, ...change } = parseBody(bodySchema, await readJson(context.req.raw));
      if (tenant.operator && change.status === 'suspended') {
        throw new ApiError('conflict', {
          param: 'status',
          message: 'An operator tenant cannot be suspended: nobody could end that.',
        });
      }
      const { shards = tenant.shards } = change;
      if (shards < tenant.shards) throw tooFewShards(shards);
      const changed = await tenants.change(tenant.id, { ...change, limits: budgetsOf(limits) });
      // None is ever deleted.
      if (!changed) throw tooFewShards(shards);
      return context.json(describeTenant(changed));
    },
  };
}

function tooFewShards(shards: number): ApiError {
  return new ApiError('conflict', {
    param: 'shards',
    message: `shards (${shards}) must be at least as many as there are: keys and charges are in them for life.`,
  });
}
