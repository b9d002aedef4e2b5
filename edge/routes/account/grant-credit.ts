import { z } from '@hono/zod-openapi';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import type { Endpoint } from '../../endpoint.ts';
import { readJson } from '../../generation/read-json.ts';
import { requireOperator } from '../../keys/authority.ts';
import { parseBody } from '../../requests/parse-body.ts';
import { ID_PARAMETER, jsonBody, ONCE_ERRORS, ONCE_HEADERS } from '../admin/admin-spec.ts';
import { tenantInSight } from '../admin/tenant-in-sight.ts';
import type { AccountOptions } from './account-options.ts';
import { ACCOUNT, accountResponses } from './account-spec.ts';
import { balanceSchema, describeBalance } from './balance-schema.ts';

/** Far from where sums of grants would stop being exact (2⁵³). */
const MAX_UNITS = 1_000_000_000_000;

const bodySchema = z
  .strictObject({
    id: z
      .string('must be a string')
      .regex(/^[\w.:-]{1,100}$/u, 'must be 1 … 100 letters, digits and _ . : -')
      .openapi({ description: 'Yours, as a payment’s. The same grant sent again adds nothing.' }),
    units: z.int(`must be an integer, 1 … ${MAX_UNITS}`).min(1).max(MAX_UNITS),
    note: z.string('must be a string').max(200, 'must have at most 200 characters').default(''),
  })
  .openapi('CreditGrant');

/** `POST /v1/admin/tenants/{id}/credits` */
export function grantCredit({
  answerOnce,
  authenticate,
  accountOf,
  tenants,
}: Pick<AccountOptions, 'answerOnce' | 'authenticate' | 'accountOf' | 'tenants'>): Endpoint {
  return {
    spec: {
      ...ACCOUNT,
      tags: ['admin'],
      method: 'post',
      path: '/v1/admin/tenants/{id}/credits',
      operationId: 'grantCredit',
      summary: 'Give a tenant prepaid units (operators only)',
      request: { params: ID_PARAMETER, headers: ONCE_HEADERS, body: jsonBody(bodySchema) },
      responses: accountResponses('The balance, with the grant in it.', balanceSchema, [
        'invalid_request',
        'not_found',
        'conflict',
        ...ONCE_ERRORS,
      ]),
    },
    middleware: [authenticate(['admin']), answerOnce],
    async handle(context) {
      requireOperator(context.get('tenant'));
      const tenant = await tenantInSight(context, tenants);
      const grant = parseBody(bodySchema, await readJson(context.req.raw));
      const { result, balance } = await accountOf(tenant.id, tenant.shards).credit(grant);
      if (result === 'conflict') {
        throw new ApiError('conflict', {
          param: 'id',
          message: `A credit ${JSON.stringify(grant.id)} was granted with other units.`,
        });
      }
      return context.json(describeBalance(tenant, balance));
    },
  };
}
