import { z } from '@hono/zod-openapi';
import type { Tenant } from '../../keys/tenant.ts';
import type { Balance } from '../../ledger/ledger.ts';
import { planSchema } from '../admin/tenant-schema.ts';

export const balanceSchema = z
  .object({
    object: z.literal('balance'),
    tenant: z.string(),
    plan: planSchema,
    credited: z.int().openapi({ description: 'Units of credit ever granted.' }),
    spent: z.int().openapi({ description: 'Units charged against credit.' }),
    reserved: z.int().openapi({ description: 'Units of credit held for requests that run now.' }),
    available: z.int().nullable().openapi({
      description: 'Units of credit left, never below 0; null: postpaid, which needs none.',
    }),
    billed: z.int().openapi({ description: 'Units charged to be paid afterwards.' }),
  })
  .openapi('Balance');

export function describeBalance(
  { id, plan }: Tenant,
  { credited, spent, reserved, available, billed }: Balance,
): z.infer<typeof balanceSchema> {
  return {
    object: 'balance',
    tenant: id,
    plan,
    credited,
    spent,
    reserved,
    available: plan === 'postpaid' ? null : available,
    billed,
  };
}
