import { ApiError } from '../gpu-backend/contract/errors.ts';
import { createReceiptSigner } from '../gpu-backend/contract/receipt.ts';
import { createColoCache } from './adapters/picture-cache.ts';
import { createS3ObjectStore } from './adapters/s3-object-store.ts';
import { createApp } from './app.ts';
import { ConfigError, type EdgeConfig, parseConfig, type WorkerEnv } from './config.ts';
import { createFlightsOf } from './durable/flight-object.ts';
import { createDurableIdempotency } from './durable/idempotency-object.ts';
import { createDurableLedgers } from './durable/ledger-object.ts';
import { createD1KeyRegistry } from './keys/key-registry.ts';
import { createD1KeyStore } from './keys/key-store.ts';
import { createD1TenantRegistry } from './keys/tenant-registry.ts';
import type { Log } from './middleware/answer-errors.ts';
import { createBlockList } from './policy/block-list.ts';
import { createPolicyService, type PolicyServiceOptions } from './policy/policy-service.ts';
import { allOf, type PromptPolicy } from './policy/prompt-policy.ts';
import { createD1RecipeBook } from './recipes/d1-recipe-book.ts';
import { consumeUsage } from './usage/consume-usage.ts';
import { logAnswers } from './usage/log-answers.ts';

export { FlightObject } from './durable/flight-object.ts';
export { IdempotencyObject } from './durable/idempotency-object.ts';
export { LedgerObject } from './durable/ledger-object.ts';

type App = ReturnType<typeof createApp>;

const log: Log = (entry) => console.error(JSON.stringify(entry));

/** One application for each environment: an isolate has one for all its requests. */
const apps = new WeakMap<WorkerEnv, App>();

function appOf(env: WorkerEnv): App {
  const existing = apps.get(env);
  if (existing) return existing;
  const config = parseConfig(env);
  const { model, publicUrl, s3, signingKey, prices, urlSigningKeys, urlPresets, receiptSigningKey } = config;
  const now = (): number => Date.now();
  // Workers refuse a `fetch` that is called as another object's method.
  const fetcher: typeof fetch = (input, init) => fetch(input, init);
  const app = createApp({
    model,
    publicUrl,
    keys: createD1KeyStore(env.DB),
    idempotency: createDurableIdempotency(env.IDEMPOTENCY),
    keyRegistry: createD1KeyRegistry(env.DB),
    tenants: createD1TenantRegistry(env.DB),
    store: createS3ObjectStore(s3, fetcher),
    cache: createColoCache(caches.default),
    flights: createFlightsOf(env.FLIGHT),
    recipes: createD1RecipeBook(env.DB),
    ledgerOf: logAnswers({
      ledgerOf: createDurableLedgers(env.LEDGER),
      send: async (events) => {
        await env.USAGE.sendBatch(events.map((body) => ({ body })));
      },
      now,
      log,
    }),
    prices,
    policy: policyOf(config, { signingKey, fetcher, now }),
    urlSigningKeys,
    urlPresets,
    receiptSigner: receiptSigningKey && createReceiptSigner(receiptSigningKey),
    now,
    log,
  });
  apps.set(env, app);
  return app;
}

function policyOf(
  { blockedTerms, policyUrl: url }: EdgeConfig,
  service: Omit<PolicyServiceOptions, 'url'>,
): PromptPolicy {
  return allOf([createBlockList(blockedTerms), ...(url ? [createPolicyService({ url, ...service })] : [])]);
}

export default {
  async fetch(request, env, context) {
    try {
      return await appOf(env).fetch(request, env, context);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const requestId = crypto.randomUUID();
      log({ level: 'fatal', requestId, code: 'internal_error', cause: error.message });
      const response = new ApiError('internal_error').toResponse();
      response.headers.set('x-request-id', requestId);
      return response;
    }
  },
  async queue(batch, env) {
    await consumeUsage(batch, { db: env.DB, log, now: () => Date.now() });
  },
} satisfies ExportedHandler<WorkerEnv>;
