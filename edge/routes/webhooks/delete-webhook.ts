import type { Endpoint } from '../../endpoint.ts';
import { AUTHENTICATION_ERRORS, errorResponses } from '../../openapi/responses.ts';
import { ID_PARAMETER } from '../admin/admin-spec.ts';
import { known, WEBHOOKS, type WebhookRouteOptions } from './webhook-route.ts';

/** `DELETE /v1/webhooks/{id}` */
export function deleteWebhook({ authenticate, webhooksOf }: WebhookRouteOptions): Endpoint {
  return {
    spec: {
      ...WEBHOOKS,
      method: 'delete',
      path: '/v1/webhooks/{id}',
      operationId: 'deleteWebhook',
      summary: 'Remove a webhook endpoint',
      request: { params: ID_PARAMETER },
      responses: {
        204: { description: 'It is told nothing more.' },
        ...errorResponses(
          ...AUTHENTICATION_ERRORS,
          'not_found',
          'method_not_allowed',
          'service_unavailable',
          'internal_error',
        ),
      },
    },
    middleware: [authenticate(['generate'])],
    async handle(context) {
      const webhooks = webhooksOf(context.get('tenant').id);
      const { id } = known(await webhooks.find(context.req.param('id') ?? ''), 'webhook endpoint');
      await webhooks.remove(id);
      return context.body(null, 204);
    },
  };
}
