import { z } from '@hono/zod-openapi';
import { createApiKey, hashApiKey } from '../../../gpu-backend/contract/api-key.ts';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import type { Endpoint } from '../../endpoint.ts';
import { readJson } from '../../generation/read-json.ts';
import { manages, noTenant } from '../../keys/authority.ts';
import type { KeyRecord } from '../../keys/key-record.ts';
import { parseBody } from '../../requests/parse-body.ts';
import type { AdminOptions } from './admin-options.ts';
import { ADMIN, adminResponses, jsonBody, ONCE_ERRORS, ONCE_HEADERS } from './admin-spec.ts';
import { keyIdOf } from './key-id-of.ts';
import {
  describeKey,
  expirySchema,
  issuedKeySchema,
  kindSchema,
  nameSchema,
  scopesSchema,
} from './key-schema.ts';
import { limitsChangeSchema, limitsOf } from './limits-schema.ts';
import { requireFuture } from './require-future.ts';

const bodySchema = z
  .strictObject({
    tenant: z
      .string('must be a string')
      .optional()
      .openapi({ description: 'Who owns it; else the caller’s tenant.' }),
    name: nameSchema,
    kind: kindSchema.default('live'),
    scopes: scopesSchema,
    expires_at: expirySchema.optional().openapi({ description: 'Seconds since 1970; null: never.' }),
    limits: limitsChangeSchema.optional(),
  })
  .openapi('NewApiKey');

/** `POST /v1/admin/keys` */
export function createKey({ answerOnce, authenticate, keys, tenants, now }: AdminOptions): Endpoint {
  return {
    spec: {
      ...ADMIN,
      method: 'post',
      path: '/v1/admin/keys',
      operationId: 'createKey',
      summary: 'Issue an API key; its text is shown this once',
      request: { headers: ONCE_HEADERS, body: jsonBody(bodySchema) },
      responses: adminResponses(201, 'The key.', issuedKeySchema, [
        'invalid_request',
        'not_found',
        ...ONCE_ERRORS,
      ]),
    },
    middleware: [authenticate(['admin']), answerOnce],
    async handle(context) {
      const body = parseBody(bodySchema, await readJson(context.req.raw));
      const nowS = Math.floor(now() / 1000);
      requireFuture(body.expires_at, nowS);
      const actor = context.get('tenant');
      const tenant = body.tenant ?? actor.id;
      const owner = manages(actor, tenant) ? await tenants.get(tenant) : undefined;
      if (!owner) throw noTenant();
      // A try that died after the key was made is found by its id.
      const issued = createApiKey(body.kind, await keyIdOf(context.get('requestKey')));
      const made = context.get('isRetry') ? await keys.get(issued.id) : undefined;
      const {
        ratePerMinute = null,
        dayUnits = null,
        monthUnits = null,
        totalUnits = null,
      } = limitsOf(body.limits);
      const key: KeyRecord = {
        id: issued.id,
        hash: await hashApiKey(issued),
        previous: null,
        tenant,
        name: body.name,
        kind: body.kind,
        scopes: body.scopes,
        shard: await keys.shardFor(owner),
        limits: { ratePerMinute, dayUnits, monthUnits, totalUnits },
        createdAt: nowS,
        expiresAt: body.expires_at ?? null,
        revokedAt: null,
        lastUsedAt: null,
      };
      if (!made) await keys.add(key);
      // Its text got lost with its answer: it gets another.
      const stored = made ? await keys.reroll(made, key.hash, null) : key;
      if (!stored) throw new ApiError('conflict', { message: 'This API key was changed meanwhile.' });
      context.set('keptBody', describeKey(stored, nowS));
      const headers = { location: `/v1/admin/keys/${stored.id}` };
      return context.json({ ...describeKey(stored, nowS), key: issued.text }, 201, headers);
    },
  };
}
