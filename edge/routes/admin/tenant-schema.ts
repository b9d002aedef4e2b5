import { z } from '@hono/zod-openapi';
import { MAX_SHARDS, TENANT_PLANS, TENANT_STATUSES, type Tenant } from '../../keys/tenant.ts';
import { nameSchema } from './key-schema.ts';
import { budgetsSchema, describeBudgets } from './limits-schema.ts';

export const planSchema = z
  .enum(TENANT_PLANS, `must be one of ${TENANT_PLANS.join(', ')}`)
  .openapi({ description: 'prepaid: spends credit that it has. postpaid: billed afterwards.' });

export const statusSchema = z
  .enum(TENANT_STATUSES, `must be one of ${TENANT_STATUSES.join(', ')}`)
  .openapi({ description: 'The keys of a suspended tenant open nothing.' });

const allowedShards = `must be an integer, 0 … ${MAX_SHARDS}`;
export const shardsSchema = z
  .int(allowedShards)
  .min(0, allowedShards)
  .max(MAX_SHARDS, allowedShards)
  .openapi({
    description:
      'Ledgers beside the tenant’s own, over which keys made from now on are spread; for a tenant near 200 requests a second. They become no fewer.',
  });

export const tenantIdSchema = z
  .string('must be a string')
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,62}$/u,
    'must be 1 … 63 of a-z, 0-9, - and _, and begin with a letter or digit',
  )
  .openapi({ description: 'For ever.', example: 'acme' });

export const tenantSchema = z
  .object({
    object: z.literal('tenant'),
    id: z.string(),
    name: nameSchema,
    plan: planSchema,
    status: statusSchema,
    limits: budgetsSchema,
    shards: shardsSchema,
    operator: z
      .boolean()
      .openapi({ description: 'Its admin keys manage every tenant. Set in the database alone.' }),
    created_at: z.int().openapi({ description: 'Seconds since 1970.' }),
  })
  .openapi('Tenant');

export function describeTenant(tenant: Tenant): z.infer<typeof tenantSchema> {
  const { id, name, plan, status, limits, shards, operator, createdAt } = tenant;
  return {
    object: 'tenant',
    id,
    name,
    plan,
    status,
    limits: describeBudgets(limits),
    shards,
    operator,
    created_at: createdAt,
  };
}
