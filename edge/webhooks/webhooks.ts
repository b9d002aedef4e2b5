import type { WebhookEndpoint, WebhookMessage } from './webhook.ts';
import type { EndpointChange, EndpointSettings } from './webhook-endpoints.ts';
import type { DeliveryWithLog } from './webhook-outbox.ts';

/** The webhooks of one tenant. Undefined: there is no such endpoint or delivery. */
interface TenantWebhooks {
  /** Undefined: the tenant has as many endpoints as it may. */
  add(settings: EndpointSettings): Promise<WebhookEndpoint | undefined>;
  list(): Promise<WebhookEndpoint[]>;
  find(id: string): Promise<WebhookEndpoint | undefined>;
  change(id: string, change: EndpointChange): Promise<WebhookEndpoint | undefined>;
  rotate(id: string, overlapMs: number): Promise<WebhookEndpoint | undefined>;
  remove(id: string): Promise<void>;
  /** Newest first. */
  deliveries(endpointId: string, limit: number): Promise<DeliveryWithLog[] | undefined>;
  replay(endpointId: string, deliveryId: string): Promise<DeliveryWithLog | undefined>;
  /** Takes over a message; one of the same id was taken over before. */
  publish(message: WebhookMessage): Promise<void>;
}

export type WebhooksOf = (tenant: string) => TenantWebhooks;
