import type { EndpointStorage } from './endpoint-storage.ts';
import type { WebhookEndpoint, WebhookEvent } from './webhook.ts';

/** More than one for each purpose is a mistake, and every message goes to all. */
export const MAX_ENDPOINTS = 20;

export interface EndpointSettings {
  readonly url: string;
  readonly description: string;
  readonly events: readonly WebhookEvent[];
  readonly enabled: boolean;
}

/** What the caller makes at random, so that a call whose answer was lost can be repeated. */
export interface EndpointNames {
  readonly id: string;
  readonly secret: string;
}

/** What may change; what is left out stays. */
export type EndpointChange = {
  readonly [Name in keyof EndpointSettings]?: EndpointSettings[Name] | undefined;
};

/** A tenant's endpoints. Undefined: there is none of this id. */
export interface WebhookEndpoints {
  /** Undefined: the tenant has as many as it may. One of this id that was added before stays as it is. */
  add(settings: EndpointSettings, names: EndpointNames): WebhookEndpoint | undefined;
  list(): WebhookEndpoint[];
  find(id: string): WebhookEndpoint | undefined;
  change(id: string, change: EndpointChange): WebhookEndpoint | undefined;
  /** Takes a new secret; the one before signs along for so long, any older one no more. Nothing where it is the present one. */
  rotate(id: string, secret: string, overlapMs: number): WebhookEndpoint | undefined;
  delete(id: string): void;
}

export interface WebhookEndpointsOptions {
  readonly storage: EndpointStorage;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export function createWebhookEndpoints(options: WebhookEndpointsOptions): WebhookEndpoints {
  const { storage, now } = options;

  function update(
    id: string,
    next: (endpoint: WebhookEndpoint) => WebhookEndpoint,
  ): WebhookEndpoint | undefined {
    const endpoint = storage.find(id);
    if (!endpoint) return undefined;
    const updated = next(endpoint);
    storage.put(updated);
    return updated;
  }

  return {
    add(settings, { id, secret }) {
      const known = storage.find(id);
      if (known) return known;
      if (storage.list().length >= MAX_ENDPOINTS) return undefined;
      const secrets = [{ secret, expiresAt: null }];
      const endpoint = { id, ...settings, createdAt: now(), secrets };
      storage.put(endpoint);
      return endpoint;
    },
    list: () => storage.list(),
    find: (id) => storage.find(id),
    change: (id, change) =>
      update(id, (endpoint) => ({
        ...endpoint,
        url: change.url ?? endpoint.url,
        description: change.description ?? endpoint.description,
        events: change.events ?? endpoint.events,
        enabled: change.enabled ?? endpoint.enabled,
      })),
    rotate: (id, secret, overlapMs) =>
      update(id, (endpoint) => {
        const [before] = endpoint.secrets;
        if (before?.secret === secret) return endpoint;
        const kept = before && overlapMs > 0 ? [{ ...before, expiresAt: now() + overlapMs }] : [];
        return { ...endpoint, secrets: [{ secret, expiresAt: null }, ...kept] };
      }),
    delete: (id) => storage.delete(id),
  };
}

/** The secrets that sign at that time, the newest first. */
export function liveSecrets({ secrets }: WebhookEndpoint, nowMs: number): string[] {
  return secrets
    .filter(({ expiresAt }) => expiresAt === null || nowMs < expiresAt)
    .map(({ secret }) => secret);
}
