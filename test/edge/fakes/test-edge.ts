import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { createColoCache } from '../../../edge/adapters/picture-cache.ts';
import { createApp } from '../../../edge/app.ts';
import { createAskDurable } from '../../../edge/durable/ask-durable.ts';
import { type Clock, PLATFORM_CLOCK } from '../../../edge/durable/clock.ts';
import { createDurableJobs } from '../../../edge/durable/durable-jobs.ts';
import { createIdempotencyOf } from '../../../edge/durable/idempotency-object.ts';
import { createDurableLedgers } from '../../../edge/durable/ledger-object.ts';
import { createDurableWebhooks } from '../../../edge/durable/webhook-object.ts';
import { createD1OpenJobs, type OpenJobLimits } from '../../../edge/jobs/open-jobs.ts';
import { type Budgets, type KeyLimits, NO_LIMITS, type Scope } from '../../../edge/keys/key-record.ts';
import { createD1KeyRegistry, type KeyRegistry } from '../../../edge/keys/key-registry.ts';
import { createD1KeyStore, type KeyStore } from '../../../edge/keys/key-store.ts';
import { NO_TENANT_LIMITS, type Tenant, type TenantPlan } from '../../../edge/keys/tenant.ts';
import { createD1TenantRegistry } from '../../../edge/keys/tenant-registry.ts';
import type { Prices } from '../../../edge/ledger/prices.ts';
import { createTenantAccounts } from '../../../edge/ledger/tenant-accounts.ts';
import { createTenantLedgers } from '../../../edge/ledger/tenant-ledgers.ts';
import { createBlockList } from '../../../edge/policy/block-list.ts';
import { createD1RecipeBook } from '../../../edge/recipes/d1-recipe-book.ts';
import type { UrlPresets } from '../../../edge/signed-urls/url-options.ts';
import type { ResolveHost } from '../../../edge/webhooks/resolve-host.ts';
import { createApiKey, hashApiKey } from '../../../gpu-backend/contract/api-key.ts';
import { type ModelCard, modelCardSchema } from '../../../gpu-backend/contract/model-card.ts';
import { createReceiptSigner, type ReceiptSigningKey } from '../../../gpu-backend/contract/receipt.ts';
import type { SigningKey } from '../../../gpu-backend/contract/signature.ts';
import { createInProcessFlights } from './in-process-flights.ts';
import { createMemoryBackend, type MemoryBackend } from './memory-backend.ts';
import { createMemoryObjectStore, type MemoryObjectStore } from './memory-object-store.ts';
import { createMemoryScorer, type MemoryScorer } from './memory-scorer.ts';
import { createPageFiles } from './page-files.ts';

/** 2026-11-23T00:00:00Z, in milliseconds since 1970. */
export const NOW_MS = 1_795_392_000_000;
export const MODEL = modelCardSchema.parse(JSON.parse(String(env.MODEL_CARD)));

/** Secrets that signed image URLs derive from, the newest first. */
export const URL_SIGNING_KEYS = [
  { id: 'new', secret: 'n'.repeat(32) },
  { id: 'old', secret: 'o'.repeat(32) },
] as const;

export const RECEIPT_SIGNING_KEY: ReceiptSigningKey = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: 'SCP_iyF-DSThrFru0V3gSyp1bHU3tMhbgk7UYKPFpjk',
  d: 'XO4P8URAPi6KAaHzP-Bma6uUn7Ko68WGfrfIUpsvRdA',
};

export interface TestEdge {
  readonly origin: string;
  readonly store: MemoryObjectStore;
  readonly backend: MemoryBackend;
  readonly scorer: MemoryScorer;
  readonly log: Readonly<Record<string, unknown>>[];
  /** Sends a request and waits for what it leaves to be done after the answer. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** POSTs JSON to the images endpoint with a key that may generate. `query` with its question mark. */
  generate(body: unknown, headers?: Record<string, string>, query?: string): Promise<Response>;
}

export interface TestEdgeOptions {
  readonly model?: ModelCard;
  /** Where the hosts of webhooks lead; by default each leads to a public address. */
  readonly resolveHost?: ResolveHost;
  /** Milliseconds since 1970; by default time stands still at `NOW_MS`. */
  readonly now?: () => number;
  /** By which what waits is given up; by default the platform's. */
  readonly after?: Clock['after'];
  readonly keys?: KeyStore;
  readonly keyRegistry?: KeyRegistry;
  readonly publicUrl?: string;
  /** Where they differ from one unit a picture, and nothing for all else. */
  readonly prices?: Partial<Prices>;
  readonly openJobLimits?: OpenJobLimits;
  readonly blockedTerms?: readonly string[];
  /** Null: none, and no signed URLs. */
  readonly urlSigningKeys?: readonly SigningKey[] | null;
  readonly urlPresets?: UrlPresets;
}

/**
 * The whole application with the runtime's own D1 and colo cache; object store and backend in memory. Each has an origin
 * of its own, so that none finds another's pictures in the cache.
 */
export function createTestEdge(options: TestEdgeOptions = {}): TestEdge {
  const { keys, publicUrl, now = () => NOW_MS, prices } = options;
  const clock = { ...PLATFORM_CLOCK, ...(options.after && { after: options.after }), now };
  const { blockedTerms = [], urlSigningKeys = URL_SIGNING_KEYS, urlPresets = {} } = options;
  const origin = `https://${crypto.randomUUID()}.example`;
  const store = createMemoryObjectStore();
  const backend = createMemoryBackend(store);
  const scorer = createMemoryScorer();
  const recipes = createD1RecipeBook(env.DB);
  const log: Readonly<Record<string, unknown>>[] = [];
  const write = (entry: Readonly<Record<string, unknown>>): number => log.push(entry);
  const ledgers = createDurableLedgers(env.LEDGER);
  const app = createApp({
    model: options.model ?? MODEL,
    publicUrl,
    keys: keys ?? createD1KeyStore(env.DB),
    keyRegistry: options.keyRegistry ?? createD1KeyRegistry(env.DB),
    tenants: createD1TenantRegistry(env.DB),
    idempotency: createIdempotencyOf(env.IDEMPOTENCY),
    jobs: createDurableJobs(env.JOB),
    openJobs: createD1OpenJobs({
      db: env.DB,
      limits: options.openJobLimits ?? { tenant: 1_000, key: 1_000 },
      ask: createAskDurable(PLATFORM_CLOCK, 'service_unavailable'),
      now,
    }),
    webhooksOf: createDurableWebhooks(env.WEBHOOK),
    resolveHost: options.resolveHost ?? (async () => ['93.184.215.14']),
    store,
    cache: createColoCache(caches.default),
    flights: createInProcessFlights({ backend, store, recipes, clock, log: write }),
    recipes,
    ledgerOf: createTenantLedgers(ledgers),
    accountOf: createTenantAccounts(ledgers),
    prices: { picture: 1, resample: 0, hit: 0, composition: 0, ...prices },
    policy: createBlockList(blockedTerms),
    scorer,
    urlSigningKeys: urlSigningKeys ?? undefined,
    urlPresets,
    receiptSigner: createReceiptSigner(RECEIPT_SIGNING_KEY),
    pageFiles: createPageFiles(),
    clock,
    log: write,
  });
  const edge: TestEdge = {
    origin,
    store,
    backend,
    scorer,
    log,
    async fetch(path, init) {
      const context = createExecutionContext();
      const response = await app.fetch(new Request(origin + path, init), env, context);
      await waitOnExecutionContext(context);
      return response;
    },
    async generate(body, headers, query = '') {
      return edge.fetch(`/v1/images/generations${query}`, {
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
  /** Of the owner, where it is made. */
  readonly tenantLimits?: Partial<Budgets>;
  readonly shard?: number;
  /** Of the owner, where it is made. */
  readonly shards?: number;
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
  const budgets = { ...NO_TENANT_LIMITS, ...options.tenantLimits };
  const owner: Tenant = {
    id: tenant,
    name: tenant,
    plan,
    status: 'active',
    limits: budgets,
    shards: options.shards ?? 0,
    operator,
    createdAt,
  };
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
    shard: options.shard ?? 0,
    createdAt: options.createdAt ?? createdAt,
    expiresAt: options.expiresAt ?? null,
    revokedAt: options.revokedAt ?? null,
    lastUsedAt: null,
  });
  return key.text;
}
