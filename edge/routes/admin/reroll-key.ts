import { z } from '@hono/zod-openapi';
import { createApiKey, hashApiKey } from '../../../gpu-backend/contract/api-key.ts';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import type { Endpoint } from '../../endpoint.ts';
import { readJson } from '../../generation/read-json.ts';
import { overlapField } from '../../requests/overlap-field.ts';
import { parseBody } from '../../requests/parse-body.ts';
import type { AdminOptions } from './admin-options.ts';
import { ADMIN, adminResponses, ID_PARAMETER, jsonBody, ONCE_ERRORS, ONCE_HEADERS } from './admin-spec.ts';
import { keyInSight } from './key-in-sight.ts';
import { describeKey, issuedKeySchema, statusOf } from './key-schema.ts';

/** 30 days: a longer overlap is no rotation. */
const MAX_OVERLAP_S = 2_592_000;

const bodySchema = z
  .strictObject({
    overlap_s: overlapField(
      MAX_OVERLAP_S,
      'Seconds that the present secret goes on holding; 0: it ends now.',
    ),
  })
  .openapi('ApiKeyReroll');

/** `POST /v1/admin/keys/{id}/reroll`: a new secret for the same key, its budgets and usage. */
export function rerollKey({ answerOnce, authenticate, keys, now }: AdminOptions): Endpoint {
  return {
    spec: {
      ...ADMIN,
      method: 'post',
      path: '/v1/admin/keys/{id}/reroll',
      operationId: 'rerollKey',
      summary: 'Give an API key a new secret; the key’s text is shown this once',
      description:
        'Id, limits and usage stay. At most two secrets hold at a time: a re-roll during an overlap ends the older one.',
      request: { params: ID_PARAMETER, headers: ONCE_HEADERS, body: jsonBody(bodySchema) },
      responses: adminResponses(200, 'The key, with its new text.', issuedKeySchema, [
        'invalid_request',
        'not_found',
        'conflict',
        ...ONCE_ERRORS,
      ]),
    },
    middleware: [authenticate(['admin']), answerOnce],
    async handle(context) {
      const key = await keyInSight(context, keys);
      const { overlap_s } = parseBody(bodySchema, await readJson(context.req.raw));
      const nowS = Math.floor(now() / 1000);
      const status = statusOf(key, nowS);
      if (status !== 'active') throw new ApiError('conflict', { message: `This API key is ${status}.` });
      const issued = createApiKey(key.kind, key.id);
      const overlapEndsAt = overlap_s === 0 ? null : nowS + overlap_s;
      const rerolled = await keys.reroll(key, await hashApiKey(issued), overlapEndsAt);
      if (!rerolled)
        throw new ApiError('conflict', { message: 'This API key was changed meanwhile: try again.' });
      context.set('keptBody', describeKey(rerolled, nowS));
      return context.json({ ...describeKey(rerolled, nowS), key: issued.text });
    },
  };
}
