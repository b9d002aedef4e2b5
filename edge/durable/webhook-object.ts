import { DurableObject } from 'cloudflare:workers';
import type { WorkerEnv } from '../config.ts';
import type { Log } from '../middleware/answer-errors.ts';
import type { DeliverMessage } from '../webhooks/deliver-message.ts';
import { createDeliveryStorage } from '../webhooks/delivery-storage.ts';
import { createEndpointStorage } from '../webhooks/endpoint-storage.ts';
import type { WebhookEndpoint, WebhookMessage } from '../webhooks/webhook.ts';
import {
  createWebhookEndpoints,
  type EndpointChange,
  type EndpointNames,
  type EndpointSettings,
  type WebhookEndpoints,
} from '../webhooks/webhook-endpoints.ts';
import { createWebhookOutbox, type DeliveryWithLog, type WebhookOutbox } from '../webhooks/webhook-outbox.ts';
import { createWebhookSecret } from '../webhooks/webhook-signature.ts';
import type { WebhooksOf } from '../webhooks/webhooks.ts';
import { createAskDurable } from './ask-durable.ts';
import { PLATFORM_CLOCK } from './clock.ts';
import { createDurableSql } from './durable-sql.ts';

/** After a failure of storage; the platform itself tries an alarm only six times again. */
const TRY_AGAIN_MS = 30_000;

/** The webhooks of one tenant; its name is the tenant's id. */
export abstract class WebhookObjectBase extends DurableObject<WorkerEnv> {
  readonly #endpoints: WebhookEndpoints;
  readonly #outbox: WebhookOutbox;

  constructor(state: DurableObjectState, env: WorkerEnv) {
    super(state, env);
    const sql = createDurableSql(state.storage);
    const now = (): number => Date.now();
    const endpoints = createEndpointStorage(sql);
    this.#endpoints = createWebhookEndpoints({ storage: endpoints, now });
    this.#outbox = createWebhookOutbox({
      sql,
      endpoints,
      deliveries: createDeliveryStorage(sql),
      deliver: (delivery) => this.deliver()(delivery),
      now,
      random: () => Math.random(),
      newId,
      setAlarm: (timeMs) => state.storage.setAlarm(timeMs),
      crashPoint: () => undefined,
    });
  }

  protected abstract deliver(): DeliverMessage;
  protected abstract log(): Log;

  async add(settings: EndpointSettings, names: EndpointNames): Promise<WebhookEndpoint | undefined> {
    return this.#endpoints.add(settings, names);
  }

  async list(): Promise<WebhookEndpoint[]> {
    return this.#endpoints.list();
  }

  async find(id: string): Promise<WebhookEndpoint | undefined> {
    return this.#endpoints.find(id);
  }

  async change(id: string, change: EndpointChange): Promise<WebhookEndpoint | undefined> {
    return this.#endpoints.change(id, change);
  }

  async rotate(id: string, secret: string, overlapMs: number): Promise<WebhookEndpoint | undefined> {
    return this.#endpoints.rotate(id, secret, overlapMs);
  }

  async remove(id: string): Promise<void> {
    this.#endpoints.delete(id);
  }

  async deliveries(endpointId: string, limit: number): Promise<DeliveryWithLog[] | undefined> {
    return this.#endpoints.find(endpointId) && this.#outbox.list({ endpointId, limit });
  }

  async replay(endpointId: string, deliveryId: string): Promise<DeliveryWithLog | undefined> {
    return this.#endpoints.find(endpointId) && this.#outbox.replay(endpointId, deliveryId);
  }

  publish(message: WebhookMessage): Promise<void> {
    return this.#outbox.publish(message);
  }

  /** Never throws: what fails is tried again later. */
  override async alarm(): Promise<void> {
    try {
      await this.#outbox.advance();
    } catch (error) {
      const cause = error instanceof Error ? `${error.name}: ${error.message}` : 'no error';
      this.log()({ level: 'error', event: 'webhooks', cause });
      await this.ctx.storage.setAlarm(Date.now() + TRY_AGAIN_MS);
    }
  }
}

export function createDurableWebhooks(namespace: DurableObjectNamespace<WebhookObjectBase>): WebhooksOf {
  const ask = createAskDurable(PLATFORM_CLOCK, 'service_unavailable');
  return (tenant) => {
    const object = (): DurableObjectStub<WebhookObjectBase> => namespace.getByName(tenant);
    return {
      add: (settings) => {
        const names = { id: `we_${newId()}`, secret: createWebhookSecret() };
        return ask(async () => object().add(settings, names));
      },
      list: () => ask(async () => object().list()),
      find: (id) => ask(async () => object().find(id)),
      change: (id, change) => ask(async () => object().change(id, change)),
      rotate: (id, overlapMs) => {
        const secret = createWebhookSecret();
        return ask(async () => object().rotate(id, secret, overlapMs));
      },
      remove: (id) => ask(async () => object().remove(id)),
      deliveries: (endpointId, limit) => ask(async () => object().deliveries(endpointId, limit)),
      replay: (endpointId, deliveryId) => ask(async () => object().replay(endpointId, deliveryId)),
      publish: (message) => ask(async () => object().publish(message)),
    };
  };
}

function newId(): string {
  return crypto.randomUUID().replaceAll('-', '');
}
