import type { Endpoint } from '../../endpoint.ts';
import type { AccountOptions } from './account-options.ts';
import { ACCOUNT, ACCOUNT_SCOPES, accountResponses } from './account-spec.ts';
import { balanceSchema, describeBalance } from './balance-schema.ts';

/** `GET /v1/balance` */
export function getBalance({
  authenticate,
  accountOf,
}: Pick<AccountOptions, 'authenticate' | 'accountOf'>): Endpoint {
  return {
    spec: {
      ...ACCOUNT,
      method: 'get',
      path: '/v1/balance',
      operationId: 'getBalance',
      summary: 'Credit and what was charged',
      responses: accountResponses('The balance of the tenant that owns the key.', balanceSchema),
    },
    middleware: [authenticate(ACCOUNT_SCOPES)],
    async handle(context) {
      const tenant = context.get('tenant');
      return context.json(describeBalance(tenant, await accountOf(tenant.id, tenant.shards).balance()));
    },
  };
}
