import type {
  NewWebhookEndpoint,
  WebhookDeliveries,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookEndpointChange,
  WebhookEndpoints,
  WebhookEndpointWithSecret,
  WebhookSecretRotation,
} from './api-types.ts';
import { createJsonCalls, type IdempotentOptions } from './http/json-calls.ts';
import type { CallOptions, Transport } from './http/transport.ts';

/** Where the ends of jobs are told. What arrives there is signed as Standard Webhooks: their libraries verify it. */
export interface Webhooks {
  /** The answer alone has the secret. */
  create(endpoint: NewWebhookEndpoint, options?: IdempotentOptions): Promise<WebhookEndpointWithSecret>;
  list(options?: CallOptions): Promise<readonly WebhookEndpoint[]>;
  get(id: string, options?: CallOptions): Promise<WebhookEndpoint>;
  change(id: string, change: WebhookEndpointChange, options?: CallOptions): Promise<WebhookEndpoint>;
  delete(id: string, options?: CallOptions): Promise<void>;
  /** The answer alone has the new secret. */
  rotateSecret(
    id: string,
    rotation?: WebhookSecretRotation,
    options?: IdempotentOptions,
  ): Promise<WebhookEndpointWithSecret>;
  /** What it was told in the last three days, newest first. */
  deliveries(id: string, options?: CallOptions): Promise<readonly WebhookDelivery[]>;
  replay(id: string, delivery: string, options?: CallOptions): Promise<WebhookDelivery>;
}

export function createWebhooks(transport: Transport): Webhooks {
  const calls = createJsonCalls(transport);
  const root = '/v1/webhooks';
  const pathOf = (id: string): string => `${root}/${encodeURIComponent(id)}`;
  return {
    create: (endpoint, options) => calls.post(root, endpoint, options),
    list: async (options) => (await calls.get<WebhookEndpoints>(root, options)).data,
    get: (id, options) => calls.get(pathOf(id), options),
    change: (id, change, options) => calls.patch(pathOf(id), change, options),
    delete: (id, options) => calls.delete(pathOf(id), options),
    rotateSecret: (id, rotation = {}, options) => calls.post(`${pathOf(id)}/secret`, rotation, options),
    deliveries: async (id, options) =>
      (await calls.get<WebhookDeliveries>(`${pathOf(id)}/deliveries`, options)).data,
    replay: (id, delivery, options) =>
      calls.post(
        `${pathOf(id)}/deliveries/${encodeURIComponent(delivery)}/replay`,
        {},
        { ...options, retries: 0 },
      ),
  };
}
