import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { createColoCache } from '../../../edge/adapters/picture-cache.ts';
import { createApp } from '../../../edge/app.ts';
import { createDurableIdempotency } from '../../../edge/durable/idempotency-object.ts';
import { type KeyLimits, NO_LIMITS, type Scope } from '../../../edge/keys/key-record.ts';
import { createD1KeyRegistry } from '../../../edge/keys/key-registry.ts';
import { createD1KeyStore, type KeyStore } from '../../../edge/keys/key-store.ts';
import type { TenantPlan } from '../../../edge/keys/tenant.ts';
import { createD1TenantRegistry } from '../../../edge/keys/tenant-registry.ts';
import { createApiKey, hashApiKey } from '../../../gpu-backend/contract/api-key.ts';
import { modelCardSchema } from '../../../gpu-backend/contract/model-card.ts';
import { createMemoryBackend, type MemoryBackend } from './memory-backend.ts';
import { createMemoryObjectStore, type MemoryObjectStore } from './memory-object-store.ts';

/** 2026-11-23T00:00:00Z, in milliseconds since 1970. */
export const NOW_MS = 1_795_392_000_000;
export const MODEL = modelCardSchema.parse(JSON.parse(String(env.MODEL_CARD)));

export interface TestEdge {
  readonly origin: string;
  readonly store: MemoryObjectStore;
  readonly backend: MemoryBackend;
  readonly log: Readonly<Record<string, unknown>>[];
  /** Sends a request and waits for what it leaves to be done after the answer. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** POSTs JSON to the images endpoint with a key that may generate. */
  generate(body: unknown, headers?: Record<string, string>): Promise<Response>;
}

export interface TestEdgeOptions {
  /** Milliseconds since 1970; by default time stands still at `NOW_MS`. */
  readonly now?: () => number;
  readonly keys?: KeyStore;
  readonly publicUrl?: string;
}

/**
 * The whole application with the runtime's own D1 and colo cache; object store and backend in memory. Each has an origin
 * of its own, so that none finds another's pictures in the cache.
 */
export function createTestEdge({ keys, publicUrl, now = () => NOW_MS }: TestEdgeOptions = {}): TestEdge {
  const origin = `https://${crypto.randomUUID()}.example`;
  const store = createMemoryObjectStore();
  const backend = createMemoryBackend(store);
  const log: Readonly<Record<string, unknown>>[] = [];
  const app = createApp({
    model: MODEL,
    publicUrl,
    keys: keys ?? createD1KeyStore(env.DB),
    keyRegistry: createD1KeyRegistry(env.DB),
    tenants: createD1TenantRegistry(env.DB),
    idempotency: createDurableIdempotency(env.IDEMPOTENCY),
    store,
    cache: createColoCache(caches.default),
    backend,
    now,
    log: (entry) => log.push(entry),
  });
  const edge: TestEdge = {
    origin,
    store,
    backend,
    log,
    async fetch(path, init) {
      const context = createExecutionContext();
      const response = await app.fetch(new Request(origin + path, init), env, context);
      await waitOnExecutionContext(context);
      return response;
    },
    async generate(body, headers) {
      return edge.fetch('/v1/images/generations', {
        method: 'POST',
        headers: {
          authorization: headers?.authorization ?? `Bearer ${await issueKey()}`,
          'content-type': 'application/json',
          ...headers,
        },
        body: typeof body === 'string' || body instanceof ReadableStream ? body : JSON.stringify(body),
      });
    },
  };
  return edge;
}

export interface IssueOptions {
  readonly scopes?: readonly Scope[];
  /** Id of the owner; it is made where there is none. */
  readonly tenant?: string;
  readonly plan?: TenantPlan;
  readonly operator?: boolean;
  readonly limits?: Partial<KeyLimits>;
  /** Seconds since 1970. */
  readonly createdAt?: number;
  readonly expiresAt?: number;
  readonly revokedAt?: number;
}

/** A new key in D1; returns its text. */
export async function issueKey(options: IssueOptions = {}): Promise<string> {
  const { scopes = ['generate'], tenant = 'tenant', plan = 'postpaid', operator = false, limits } = options;
  const key = createApiKey('test');
  const createdAt = 0;
  const owner = { id: tenant, name: tenant, plan, status: 'active', operator, createdAt } as const;
  await createD1TenantRegistry(env.DB).add(owner);
  await createD1KeyRegistry(env.DB).add({
    id: key.id,
    hash: await hashApiKey(key),
    previous: null,
    tenant,
    name: 'a test',
    kind: key.kind,
    scopes,
    limits: { ...NO_LIMITS, ...limits },
    createdAt: options.createdAt ?? createdAt,
    expiresAt: options.expiresAt ?? null,
    revokedAt: options.revokedAt ?? null,
    lastUsedAt: null,
  });
  return key.text;
}
