import { z } from '@hono/zod-openapi';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import type { Endpoint } from '../../endpoint.ts';
import { USAGE_GROUPS } from '../../ledger/ledger.ts';
import { dayOf, daysBetween } from '../../ledger/utc-periods.ts';
import { parseQuery } from '../../requests/parse-query.ts';
import type { AccountOptions } from './account-options.ts';
import { ACCOUNT, ACCOUNT_SCOPES, accountResponses } from './account-spec.ts';

/** A leap year: the ledger reads all rows of the days, and has other things to do. */
const MAX_DAYS = 366;

const day = z.iso.date('must be a day, as 2026-11-23');

const querySchema = z.strictObject({
  from: day.optional().openapi({ description: 'First day, of UTC; that of this month unless given.' }),
  to: day.optional().openapi({ description: 'Last day; today unless given.' }),
  group_by: z.enum(USAGE_GROUPS, `must be one of ${USAGE_GROUPS.join(', ')}`).default('day'),
});

const totalSchema = z.object({
  pictures: z.int().openapi({ description: 'Of all outcomes, the free ones too.' }),
  units: z.int().openapi({ description: 'Charged.' }),
});

const usageSchema = z
  .object({
    object: z.literal('usage'),
    from: z.iso.date(),
    to: z.iso.date(),
    group_by: z.enum(USAGE_GROUPS),
    data: z.array(
      totalSchema.extend({
        group: z.string().openapi({ description: 'The day, key id, model or outcome.' }),
      }),
    ),
    total: totalSchema,
  })
  .openapi('Usage');

/** `GET /v1/usage` */
export function getUsage({
  authenticate,
  accountOf,
  now,
}: Pick<AccountOptions, 'authenticate' | 'accountOf' | 'now'>): Endpoint {
  return {
    spec: {
      ...ACCOUNT,
      method: 'get',
      path: '/v1/usage',
      operationId: 'getUsage',
      summary: 'What was made and charged',
      description:
        'From the same rows that the limits are enforced by. Outcome `refused`: pictures that a limit, the rate too, did not allow.',
      request: { query: querySchema },
      responses: accountResponses('Totals by group.', usageSchema, ['invalid_request']),
    },
    middleware: [authenticate(ACCOUNT_SCOPES)],
    async handle(context) {
      const today = dayOf(now());
      const query = parseQuery(querySchema, context.req.url);
      const { to = today, group_by: groupBy } = query;
      const { from = `${to.slice(0, 7)}-01` } = query;
      const days = daysBetween(from, to);
      if (days < 1 || days > MAX_DAYS) {
        throw new ApiError('invalid_request', {
          param: 'from',
          message: `from (${from}) … to (${to}) are ${days} days; allowed are 1 … ${MAX_DAYS}`,
        });
      }
      const { id, shards } = context.get('tenant');
      const groups = await accountOf(id, shards).usage({ from, to, groupBy });
      const total = {
        pictures: groups.reduce((sum, { pictures }) => sum + pictures, 0),
        units: groups.reduce((sum, { units }) => sum + units, 0),
      };
      const data = groups.map(({ group, pictures, units }) => ({ group, pictures, units }));
      return context.json({ object: 'usage', from, to, group_by: groupBy, data, total } satisfies z.infer<
        typeof usageSchema
      >);
    },
  };
}
