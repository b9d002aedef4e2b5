import { z } from '@hono/zod-openapi';
import type { ReceiptSigner } from '../../../gpu-backend/contract/receipt.ts';
import type { Endpoint } from '../../endpoint.ts';
import { CHARGED_OUTCOMES } from '../../ledger/ledger.ts';
import { dayOf } from '../../ledger/utc-periods.ts';
import { REQUEST_ID_HEADER } from '../../openapi/responses.ts';
import { parseQuery } from '../../requests/parse-query.ts';
import type { AccountOptions } from './account-options.ts';
import { ACCOUNT, ACCOUNT_SCOPES, accountResponses } from './account-spec.ts';

/** A signature is about 0.1 ms. */
const PAGE_RECEIPTS = 500;

const querySchema = z.strictObject({
  day: z.iso
    .date('must be a day, as 2026-11-23')
    .optional()
    .openapi({ description: 'Of UTC; today unless given.' }),
  after: z
    .string()
    .regex(/^[0-9a-f]{32}$/u, 'must be a charge id: 32 hex digits')
    .optional()
    .openapi({ description: 'Charges behind this one.' }),
});

export interface ListReceiptsOptions
  extends Pick<AccountOptions, 'authenticate' | 'accountOf' | 'originOf' | 'now'> {
  readonly receiptSigner: ReceiptSigner;
}

/** `GET /v1/receipts`: what `npm run audit` takes. */
export function listReceipts(options: ListReceiptsOptions): Endpoint {
  const { authenticate, accountOf, originOf, now, receiptSigner } = options;
  return {
    spec: {
      ...ACCOUNT,
      method: 'get',
      path: '/v1/receipts',
      operationId: 'listReceipts',
      summary: 'Signed receipts of a day’s charges',
      description: `JSON Lines, ${PAGE_RECEIPTS} charges a page; the \`Link\` header names the next.`,
      request: { query: querySchema },
      responses: {
        ...accountResponses('', z.string(), ['invalid_request']),
        200: {
          description: 'One receipt on each line, in the order of their charges.',
          headers: {
            ...REQUEST_ID_HEADER,
            link: { description: 'The next page.', schema: { type: 'string' } },
          },
          content: { 'application/jsonl': { schema: z.string() } },
        },
      },
    },
    middleware: [authenticate(ACCOUNT_SCOPES)],
    async handle(context) {
      const { day = dayOf(now()), after = '' } = parseQuery(querySchema, context.req.url);
      const { id, shards } = context.get('tenant');
      const page = await accountOf(id, shards).charges({ day, after, limit: PAGE_RECEIPTS });
      const charges = page.filter(({ outcome }) => CHARGED_OUTCOMES.has(outcome));
      const receipts = await Promise.all(charges.map((charge) => receiptSigner.sign(charge)));
      const headers = new Headers({ 'content-type': 'application/jsonl; charset=utf-8' });
      const last = page.at(-1);
      if (last && page.length === PAGE_RECEIPTS) {
        const next = `${originOf(context)}/v1/receipts?day=${day}&after=${last.chargeId}`;
        headers.set('link', `<${next}>; rel="next"`);
      }
      return new Response(receipts.map((receipt) => `${JSON.stringify(receipt)}\n`).join(''), { headers });
    },
  };
}
