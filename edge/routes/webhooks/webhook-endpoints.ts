import type { Endpoint } from '../../endpoint.ts';
import { changeWebhook } from './change-webhook.ts';
import { createWebhook } from './create-webhook.ts';
import { deleteWebhook } from './delete-webhook.ts';
import { getWebhook, listWebhooks } from './read-webhooks.ts';
import { rotateWebhookSecret } from './rotate-webhook-secret.ts';
import { listWebhookDeliveries, replayWebhookDelivery } from './webhook-deliveries.ts';
import type { WebhookRouteOptions } from './webhook-route.ts';

/** The webhooks of the caller's tenant; another's do not exist for it. */
export function webhookEndpoints(options: WebhookRouteOptions): Endpoint[] {
  return [
    createWebhook(options),
    listWebhooks(options),
    getWebhook(options),
    changeWebhook(options),
    deleteWebhook(options),
    rotateWebhookSecret(options),
    listWebhookDeliveries(options),
    replayWebhookDelivery(options),
  ];
}
