import { z } from '@hono/zod-openapi';
import type { Endpoint } from '../../endpoint.ts';
import { readJson } from '../../generation/read-json.ts';
import { IDEMPOTENCY_KEY } from '../../openapi/request-headers.ts';
import { overlapField } from '../../requests/overlap-field.ts';
import { parseBody } from '../../requests/parse-body.ts';
import { ID_PARAMETER, jsonBody } from '../admin/admin-spec.ts';
import { known, WEBHOOKS, type WebhookRouteOptions, webhookResponses } from './webhook-route.ts';
import { describeWithSecret, endpointWithSecretSchema } from './webhook-schema.ts';

/** A week: a longer overlap is no rotation. */
const MAX_OVERLAP_S = 604_800;

const bodySchema = z
  .strictObject({
    overlap_s: overlapField(
      MAX_OVERLAP_S,
      'Seconds that the present secret goes on signing along; 0: it ends now.',
    ),
  })
  .openapi('WebhookSecretRotation');

/** `POST /v1/webhooks/{id}/secret` */
export function rotateWebhookSecret({ authenticate, answerOnce, webhooksOf }: WebhookRouteOptions): Endpoint {
  return {
    spec: {
      ...WEBHOOKS,
      method: 'post',
      path: '/v1/webhooks/{id}/secret',
      operationId: 'rotateWebhookSecret',
      summary: 'Give a webhook endpoint a new secret, which is shown this once',
      description: 'At most two secrets sign at a time: a rotation during an overlap ends the older one.',
      request: { params: ID_PARAMETER, headers: z.object(IDEMPOTENCY_KEY), body: jsonBody(bodySchema) },
      responses: webhookResponses(200, 'The endpoint, with its new secret.', endpointWithSecretSchema, [
        'invalid_request',
        'not_found',
        'request_in_progress',
        'idempotency_key_reused',
      ]),
    },
    middleware: [authenticate(['generate']), answerOnce],
    async handle(context) {
      const { overlap_s: overlapS } = parseBody(bodySchema, await readJson(context.req.raw));
      const id = context.req.param('id') ?? '';
      const endpoint = await webhooksOf(context.get('tenant').id).rotate(id, overlapS * 1000);
      return context.json(describeWithSecret(known(endpoint, 'webhook endpoint')));
    },
  };
}
