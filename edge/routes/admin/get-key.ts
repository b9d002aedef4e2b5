import type { Endpoint } from '../../endpoint.ts';
import type { AdminOptions } from './admin-options.ts';
import { ADMIN, adminResponses, ID_PARAMETER } from './admin-spec.ts';
import { keyInSight } from './key-in-sight.ts';
import { describeKey, keySchema } from './key-schema.ts';

/** `GET /v1/admin/keys/{id}` */
export function getKey({ authenticate, keys, now }: AdminOptions): Endpoint {
  return {
    spec: {
      ...ADMIN,
      method: 'get',
      path: '/v1/admin/keys/{id}',
      operationId: 'getKey',
      summary: 'One API key',
      request: { params: ID_PARAMETER },
      responses: adminResponses(200, 'The key, without its secret.', keySchema, ['not_found']),
    },
    middleware: [authenticate(['admin'])],
    handle: async (context) =>
      context.json(describeKey(await keyInSight(context, keys), Math.floor(now() / 1000))),
  };
}
