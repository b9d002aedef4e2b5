import { z } from '@hono/zod-openapi';
import { createApiKey, hashApiKey } from '../../../gpu-backend/contract/api-key.ts';
import type { Endpoint } from '../../endpoint.ts';
import { readJson } from '../../generation/read-json.ts';
import { manages, noTenant } from '../../keys/authority.ts';
import type { KeyRecord } from '../../keys/key-record.ts';
import { parseBody } from '../../requests/parse-body.ts';
import type { AdminOptions } from './admin-options.ts';
import { ADMIN, adminResponses, jsonBody } from './admin-spec.ts';
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
export function createKey({ authenticate, keys, tenants, now }: AdminOptions): Endpoint {
  return {
    spec: {
      ...ADMIN,
      method: 'post',
      path: '/v1/admin/keys',
      operationId: 'createKey',
      summary: 'Issue an API key; its text is shown this once',
      request: { body: jsonBody(bodySchema) },
      responses: adminResponses(201, 'The key.', issuedKeySchema, ['invalid_request', 'not_found']),
    },
    middleware: [authenticate(['admin'])],
    async handle(context) {
      const body = parseBody(bodySchema, await readJson(context.req.raw));
      const nowS = Math.floor(now() / 1000);
      requireFuture(body.expires_at, nowS);
      const actor = context.get('tenant');
      const tenant = body.tenant ?? actor.id;
      const owner = manages(actor, tenant) ? await tenants.get(tenant) : undefined;
      if (!owner) throw noTenant();
      const issued = createApiKey(body.kind);
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
      await keys.add(key);
      const headers = { location: `/v1/admin/keys/${key.id}` };
      return context.json({ ...describeKey(key, nowS), key: issued.text }, 201, headers);
    },
  };
}
