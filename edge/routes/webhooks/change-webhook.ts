import { z } from '@hono/zod-openapi';
import type { Endpoint } from '../../endpoint.ts';
import { readJson } from '../../generation/read-json.ts';
import { parseBody } from '../../requests/parse-body.ts';
import { ID_PARAMETER, jsonBody } from '../admin/admin-spec.ts';
import {
  known,
  requirePublic,
  WEBHOOKS,
  type WebhookRouteOptions,
  webhookResponses,
} from './webhook-route.ts';
import {
  describeEndpoint,
  descriptionSchema,
  endpointSchema,
  eventsSchema,
  urlSchema,
} from './webhook-schema.ts';

const bodySchema = z
  .strictObject({
    url: urlSchema.optional(),
    description: descriptionSchema.optional(),
    events: eventsSchema.optional(),
    enabled: z.boolean('must be true or false').optional(),
  })
  .openapi('WebhookEndpointChange');

/** `PATCH /v1/webhooks/{id}` */
export function changeWebhook({ authenticate, webhooksOf, resolveHost }: WebhookRouteOptions): Endpoint {
  return {
    spec: {
      ...WEBHOOKS,
      method: 'patch',
      path: '/v1/webhooks/{id}',
      operationId: 'changeWebhook',
      summary: 'Change a webhook endpoint',
      description: 'What is left out stays. Messages that wait go to where the endpoint is by then.',
      request: { params: ID_PARAMETER, body: jsonBody(bodySchema) },
      responses: webhookResponses(200, 'The endpoint.', endpointSchema, ['invalid_request', 'not_found']),
    },
    middleware: [authenticate(['generate'])],
    async handle(context) {
      const webhooks = webhooksOf(context.get('tenant').id);
      const { id } = known(await webhooks.find(context.req.param('id') ?? ''), 'webhook endpoint');
      const change = parseBody(bodySchema, await readJson(context.req.raw));
      if (change.url !== undefined) await requirePublic(change.url, resolveHost);
      return context.json(describeEndpoint(known(await webhooks.change(id, change), 'webhook endpoint')));
    },
  };
}
