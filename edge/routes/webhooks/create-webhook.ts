import { z } from '@hono/zod-openapi';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import type { Endpoint } from '../../endpoint.ts';
import { readJson } from '../../generation/read-json.ts';
import { IDEMPOTENCY_KEY } from '../../openapi/request-headers.ts';
import { parseBody } from '../../requests/parse-body.ts';
import { WEBHOOK_EVENTS } from '../../webhooks/webhook.ts';
import { MAX_ENDPOINTS } from '../../webhooks/webhook-endpoints.ts';
import { jsonBody } from '../admin/admin-spec.ts';
import { requirePublic, WEBHOOKS, type WebhookRouteOptions, webhookResponses } from './webhook-route.ts';
import {
  describeWithSecret,
  descriptionSchema,
  endpointWithSecretSchema,
  eventsSchema,
  urlSchema,
} from './webhook-schema.ts';

const bodySchema = z
  .strictObject({
    url: urlSchema,
    description: descriptionSchema.default(''),
    events: eventsSchema.default([...WEBHOOK_EVENTS]),
  })
  .openapi('NewWebhookEndpoint');

/** `POST /v1/webhooks` */
export function createWebhook(options: WebhookRouteOptions): Endpoint {
  const { authenticate, answerOnce, webhooksOf, resolveHost } = options;
  return {
    spec: {
      ...WEBHOOKS,
      method: 'post',
      path: '/v1/webhooks',
      operationId: 'createWebhook',
      summary: 'Register a webhook endpoint; its secret is shown this once',
      description: 'Messages are those of Standard Webhooks: ten tries over two hours, until a 2xx.',
      request: { headers: z.object(IDEMPOTENCY_KEY), body: jsonBody(bodySchema) },
      responses: webhookResponses(201, 'The endpoint.', endpointWithSecretSchema, [
        'invalid_request',
        'request_in_progress',
        'idempotency_key_reused',
      ]),
    },
    middleware: [authenticate(['generate']), answerOnce],
    async handle(context) {
      const body = parseBody(bodySchema, await readJson(context.req.raw));
      await requirePublic(body.url, resolveHost);
      const endpoint = await webhooksOf(context.get('tenant').id).add({ ...body, enabled: true });
      if (!endpoint) {
        throw new ApiError('invalid_request', {
          message: `There are ${MAX_ENDPOINTS} webhook endpoints, which is what is allowed.`,
        });
      }
      return context.json(describeWithSecret(endpoint), 201, { location: `/v1/webhooks/${endpoint.id}` });
    },
  };
}
