import type { Endpoint } from '../../endpoint.ts';
import { noKey } from '../../keys/authority.ts';
import type { AdminOptions } from './admin-options.ts';
import { ADMIN, adminResponses, ID_PARAMETER } from './admin-spec.ts';
import { keyInSight } from './key-in-sight.ts';
import { describeKey, keySchema } from './key-schema.ts';

/** `DELETE /v1/admin/keys/{id}`: revokes. The record stays, for usage and receipts name it. */
export function revokeKey({ authenticate, keys, now }: AdminOptions): Endpoint {
  return {
    spec: {
      ...ADMIN,
      method: 'delete',
      path: '/v1/admin/keys/{id}',
      operationId: 'revokeKey',
      summary: 'Revoke an API key, for ever',
      description: 'Holds everywhere within 60 seconds. A key that is revoked already stays as it is.',
      request: { params: ID_PARAMETER },
      responses: adminResponses(200, 'The revoked key.', keySchema, ['not_found']),
    },
    middleware: [authenticate(['admin'])],
    async handle(context) {
      const { id } = await keyInSight(context, keys);
      const nowS = Math.floor(now() / 1000);
      const revoked = await keys.revoke(id, nowS);
      if (!revoked) throw noKey();
      return context.json(describeKey(revoked, nowS));
    },
  };
}
