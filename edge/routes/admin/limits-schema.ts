import { z } from '@hono/zod-openapi';
import type { Budgets, KeyLimits } from '../../keys/key-record.ts';

/** Above it is no limit in practice. */
const MAX_RATE_PER_MINUTE = 1_000_000;

const allowedUnits = 'must be null (no limit) or an integer ≥ 0';
const allowedRate = `must be null (no limit) or an integer, 1 … ${MAX_RATE_PER_MINUTE}`;

const units = z.int(allowedUnits).min(0, allowedUnits).nullable();

const budgetsShape = {
  day_units: units.openapi({ description: 'Units a day of UTC.' }),
  month_units: units.openapi({ description: 'Units a month of UTC.' }),
  total_units: units.openapi({ description: 'Units in all, over the whole life.' }),
};

const limitsShape = {
  rate_per_minute: z
    .int(allowedRate)
    .min(1, allowedRate)
    .max(MAX_RATE_PER_MINUTE, allowedRate)
    .nullable()
    .openapi({ description: 'Requests in any minute.' }),
  ...budgetsShape,
};

/** Those of a key; those of a tenant, over all its keys. */
export const limitsSchema = z.object(limitsShape).openapi('KeyLimits');
export const budgetsSchema = z
  .object(budgetsShape)
  .openapi('TenantLimits', { description: 'Of all its keys together.' });

/** Limits as a request gives them: what is left out stays, or is no limit. */
export const limitsChangeSchema = z
  .strictObject(limitsShape, 'must be an object')
  .partial()
  .openapi('KeyLimitsChange');
export const budgetsChangeSchema = z
  .strictObject(budgetsShape, 'must be an object')
  .partial()
  .openapi('TenantLimitsChange', { description: 'Of all its keys together.' });

/** `limits` of a request; `undefined` where it says nothing. */
type Given<Limits> = { [Limit in keyof Limits]: Limits[Limit] | undefined };

export function limitsOf(change: z.infer<typeof limitsChangeSchema> | undefined): Given<KeyLimits> {
  return { ratePerMinute: change?.rate_per_minute, ...budgetsOf(change) };
}

export function budgetsOf(change: z.infer<typeof budgetsChangeSchema> | undefined): Given<Budgets> {
  return {
    dayUnits: change?.day_units,
    monthUnits: change?.month_units,
    totalUnits: change?.total_units,
  };
}

export function describeLimits(limits: KeyLimits): z.infer<typeof limitsSchema> {
  return { rate_per_minute: limits.ratePerMinute, ...describeBudgets(limits) };
}

export function describeBudgets({
  dayUnits,
  monthUnits,
  totalUnits,
}: Budgets): z.infer<typeof budgetsSchema> {
  return { day_units: dayUnits, month_units: monthUnits, total_units: totalUnits };
}
