import { z } from '@hono/zod-openapi';
import type { Endpoint } from '../../endpoint.ts';
import { parseQuery } from '../../requests/parse-query.ts';
import { ID_PARAMETER } from '../admin/admin-spec.ts';
import { known, WEBHOOKS, type WebhookRouteOptions, webhookResponses } from './webhook-route.ts';
import { deliveriesSchema, deliverySchema, describeDelivery } from './webhook-schema.ts';

const MAX_DELIVERIES = 100;
const DEFAULT_DELIVERIES = 20;

const querySchema = z.strictObject({
  limit: z
    .string()
    .regex(/^(?:[1-9]\d?|100)$/u, `must be an integer, 1 … ${MAX_DELIVERIES}`)
    .optional()
    .openapi({
      description: 'Deliveries at most.',
      type: 'integer',
      minimum: 1,
      maximum: MAX_DELIVERIES,
      default: DEFAULT_DELIVERIES,
    }),
});

/** `GET /v1/webhooks/{id}/deliveries` */
export function listWebhookDeliveries({ authenticate, webhooksOf }: WebhookRouteOptions): Endpoint {
  return {
    spec: {
      ...WEBHOOKS,
      method: 'get',
      path: '/v1/webhooks/{id}/deliveries',
      operationId: 'listWebhookDeliveries',
      summary: 'What a webhook endpoint was told in the last three days, try by try',
      request: { params: ID_PARAMETER, query: querySchema },
      responses: webhookResponses(200, 'The deliveries.', deliveriesSchema, ['invalid_request', 'not_found']),
    },
    middleware: [authenticate(['read', 'generate'])],
    async handle(context) {
      const { limit } = parseQuery(querySchema, context.req.url);
      const id = context.req.param('id') ?? '';
      const most = limit === undefined ? DEFAULT_DELIVERIES : Number(limit);
      const deliveries = await webhooksOf(context.get('tenant').id).deliveries(id, most);
      return context.json({
        object: 'list',
        data: known(deliveries, 'webhook endpoint').map(describeDelivery),
      });
    },
  };
}

/** `POST /v1/webhooks/{id}/deliveries/{delivery}/replay` */
export function replayWebhookDelivery({ authenticate, webhooksOf }: WebhookRouteOptions): Endpoint {
  return {
    spec: {
      ...WEBHOOKS,
      method: 'post',
      path: '/v1/webhooks/{id}/deliveries/{delivery}/replay',
      operationId: 'replayWebhookDelivery',
      summary: 'Deliver a message again, with ten tries anew',
      description: 'The message keeps its id, by which receivers know repetitions.',
      request: { params: z.object({ ...ID_PARAMETER.shape, delivery: z.string() }) },
      responses: webhookResponses(202, 'The delivery.', deliverySchema, ['not_found']),
    },
    middleware: [authenticate(['generate'])],
    async handle(context) {
      const { id = '', delivery = '' } = context.req.param();
      const replayed = await webhooksOf(context.get('tenant').id).replay(id, delivery);
      return context.json(describeDelivery(known(replayed, 'delivery of this webhook endpoint')), 202);
    },
  };
}
