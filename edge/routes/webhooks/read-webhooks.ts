import type { Endpoint } from '../../endpoint.ts';
import { ID_PARAMETER } from '../admin/admin-spec.ts';
import { known, WEBHOOKS, type WebhookRouteOptions, webhookResponses } from './webhook-route.ts';
import { describeEndpoint, endpointSchema, endpointsSchema } from './webhook-schema.ts';

/** `GET /v1/webhooks` */
export function listWebhooks({ authenticate, webhooksOf }: WebhookRouteOptions): Endpoint {
  return {
    spec: {
      ...WEBHOOKS,
      method: 'get',
      path: '/v1/webhooks',
      operationId: 'listWebhooks',
      summary: 'The webhook endpoints',
      responses: webhookResponses(200, 'All endpoints.', endpointsSchema, []),
    },
    middleware: [authenticate(['read', 'generate'])],
    async handle(context) {
      const endpoints = await webhooksOf(context.get('tenant').id).list();
      return context.json({ object: 'list', data: endpoints.map(describeEndpoint) });
    },
  };
}

/** `GET /v1/webhooks/{id}` */
export function getWebhook({ authenticate, webhooksOf }: WebhookRouteOptions): Endpoint {
  return {
    spec: {
      ...WEBHOOKS,
      method: 'get',
      path: '/v1/webhooks/{id}',
      operationId: 'getWebhook',
      summary: 'A webhook endpoint',
      request: { params: ID_PARAMETER },
      responses: webhookResponses(200, 'The endpoint.', endpointSchema, ['not_found']),
    },
    middleware: [authenticate(['read', 'generate'])],
    async handle(context) {
      const endpoint = await webhooksOf(context.get('tenant').id).find(context.req.param('id') ?? '');
      return context.json(describeEndpoint(known(endpoint, 'webhook endpoint')));
    },
  };
}
