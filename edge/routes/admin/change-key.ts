import { z } from '@hono/zod-openapi';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import type { Endpoint } from '../../endpoint.ts';
import { readJson } from '../../generation/read-json.ts';
import { parseBody } from '../../requests/parse-body.ts';
import type { AdminOptions } from './admin-options.ts';
import { ADMIN, adminResponses, ID_PARAMETER, jsonBody } from './admin-spec.ts';
import { keyInSight } from './key-in-sight.ts';
import { describeKey, expirySchema, keySchema, nameSchema, scopesSchema } from './key-schema.ts';
import { limitsChangeSchema, limitsOf } from './limits-schema.ts';
import { requireFuture } from './require-future.ts';

const bodySchema = z
  .strictObject({
    name: nameSchema,
    scopes: scopesSchema,
    expires_at: expirySchema.openapi({ description: 'Seconds since 1970; null: never.' }),
    limits: limitsChangeSchema,
  })
  .partial()
  .openapi('ApiKeyChange');

/** `PATCH /v1/admin/keys/{id}`: name, scopes, expiry, rate and budgets. */
export function changeKey({ authenticate, keys, now }: AdminOptions): Endpoint {
  return {
    spec: {
      ...ADMIN,
      method: 'patch',
      path: '/v1/admin/keys/{id}',
      operationId: 'changeKey',
      summary: 'Change an API key; what is left out stays',
      description: 'Holds everywhere within 60 seconds. What was spent stays counted when a budget changes.',
      request: { params: ID_PARAMETER, body: jsonBody(bodySchema) },
      responses: adminResponses(200, 'The key as it is now.', keySchema, [
        'invalid_request',
        'not_found',
        'conflict',
      ]),
    },
    middleware: [authenticate(['admin'])],
    async handle(context) {
      const key = await keyInSight(context, keys);
      const { name, scopes, expires_at, limits } = parseBody(bodySchema, await readJson(context.req.raw));
      const nowS = Math.floor(now() / 1000);
      requireFuture(expires_at, nowS);
      const change = { name, scopes, expiresAt: expires_at, limits: limitsOf(limits) };
      const changed = await keys.change(key.id, change);
      if (!changed)
        throw new ApiError('conflict', { message: 'This API key is revoked: nothing of it changes.' });
      return context.json(describeKey(changed, nowS));
    },
  };
}
