import { type ReceiptSigner, receiptKeySetSchema } from '../../../gpu-backend/contract/receipt.ts';
import type { Endpoint } from '../../endpoint.ts';
import { errorResponses, REQUEST_ID_HEADER } from '../../openapi/responses.ts';

/** `GET /.well-known/galip-receipts.json`: public, so that anybody can verify a receipt. */
export function getReceiptKeys({ publicKey }: ReceiptSigner): Endpoint {
  return {
    spec: {
      method: 'get',
      path: '/.well-known/galip-receipts.json',
      operationId: 'getReceiptKeys',
      summary: 'Public keys that verify receipts',
      tags: ['account'],
      responses: {
        200: {
          description: 'A JSON Web Key Set.',
          headers: REQUEST_ID_HEADER,
          content: { 'application/json': { schema: receiptKeySetSchema } },
        },
        ...errorResponses('method_not_allowed', 'internal_error'),
      },
    },
    handle: (context) => context.json({ keys: [publicKey] }),
  };
}
