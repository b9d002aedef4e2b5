import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import type { Endpoint } from '../../endpoint.ts';
import { AUTHENTICATION_ERRORS, errorResponses } from '../../openapi/responses.ts';
import { ID_PARAMETER } from '../admin/admin-spec.ts';
import { WEBHOOKS, type WebhookRouteOptions } from './webhook-route.ts';

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
        ...errorResponses(...AUTHENTICATION_ERRORS, 'not_found', 'method_not_allowed', 'internal_error'),
      },
    },
    middleware: [authenticate(['generate'])],
    async handle(context) {
      const removed = await webhooksOf(context.get('tenant').id).remove(context.req.param('id') ?? '');
      if (!removed) throw new ApiError('not_found', { message: 'There is no such webhook endpoint.' });
      return context.body(null, 204);
    },
  };
}
