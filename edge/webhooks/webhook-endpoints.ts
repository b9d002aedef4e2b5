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

/** What may change; what is left out stays. */
export type EndpointChange = {
  readonly [Name in keyof EndpointSettings]?: EndpointSettings[Name] | undefined;
};

/** A tenant's endpoints. Undefined: there is none of this id. */
export interface WebhookEndpoints {
  /** Undefined: the tenant has as many as it may. */
  add(settings: EndpointSettings): WebhookEndpoint | undefined;
  list(): WebhookEndpoint[];
  find(id: string): WebhookEndpoint | undefined;
  change(id: string, change: EndpointChange): WebhookEndpoint | undefined;
  /** Takes a new secret; the one before signs along for so long, any older one no more. */
  rotate(id: string, overlapMs: number): WebhookEndpoint | undefined;
  delete(id: string): boolean;
}

export interface WebhookEndpointsOptions {
  readonly storage: EndpointStorage;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly newId: () => string;
  readonly newSecret: () => string;
}

export function createWebhookEndpoints(options: WebhookEndpointsOptions): WebhookEndpoints {
  const { storage, now, newId, newSecret } = options;

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
    add(settings) {
      if (storage.list().length >= MAX_ENDPOINTS) return undefined;
      const secrets = [{ secret: newSecret(), expiresAt: null }];
      const endpoint = { id: `we_${newId()}`, ...settings, createdAt: now(), secrets };
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
    rotate: (id, overlapMs) =>
      update(id, (endpoint) => {
        const [before] = endpoint.secrets;
        const kept = before && overlapMs > 0 ? [{ ...before, expiresAt: now() + overlapMs }] : [];
        return { ...endpoint, secrets: [{ secret: newSecret(), expiresAt: null }, ...kept] };
      }),
    delete(id) {
      const known = storage.find(id) !== undefined;
      storage.delete(id);
      return known;
    },
  };
}

/** The secrets that sign at that time, the newest first. */
export function liveSecrets({ secrets }: WebhookEndpoint, nowMs: number): string[] {
  return secrets
    .filter(({ expiresAt }) => expiresAt === null || nowMs < expiresAt)
    .map(({ secret }) => secret);
}
