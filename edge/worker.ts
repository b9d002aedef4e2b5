import { ApiError } from '../gpu-backend/contract/errors.ts';
import { createReceiptSigner } from '../gpu-backend/contract/receipt.ts';
import { createMemoryPictureCache } from './adapters/memory-picture-cache.ts';
import { createColoCache } from './adapters/picture-cache.ts';
import { createS3ObjectStore } from './adapters/s3-object-store.ts';
import { type AppOptions, createApp } from './app.ts';
import { backendsOf } from './backends/backends-of.ts';
import { createCompositionMaker } from './compositions/make-compositions.ts';
import {
  ConfigError,
  type EdgeConfig,
  parseConfig,
  type UsageExportConfig,
  type WorkerEnv,
} from './config.ts';
import { createAskDurable } from './durable/ask-durable.ts';
import { PLATFORM_CLOCK } from './durable/clock.ts';
import { createDurableJobs } from './durable/durable-jobs.ts';
import { createFlightsOf } from './durable/flight-object.ts';
import { createIdempotencyOf } from './durable/idempotency-object.ts';
import { JobObjectBase, type JobServices } from './durable/job-object.ts';
import { createDurableLedgers } from './durable/ledger-object.ts';
import { createDurableWebhooks, WebhookObjectBase } from './durable/webhook-object.ts';
import { createImageMaker } from './generation/make-images.ts';
import { freePlaces } from './jobs/free-places.ts';
import { messageOf } from './jobs/job-message.ts';
import { consumeJobs, createEnqueueJob, JOB_QUEUE } from './jobs/job-queue.ts';
import { createD1OpenJobs, type OpenJobs } from './jobs/open-jobs.ts';
import { createRunJob } from './jobs/run-job.ts';
import { createD1KeyRegistry } from './keys/key-registry.ts';
import { createD1KeyStore } from './keys/key-store.ts';
import { createD1TenantRegistry } from './keys/tenant-registry.ts';
import { createTenantAccounts } from './ledger/tenant-accounts.ts';
import { createTenantLedgers } from './ledger/tenant-ledgers.ts';
import type { Log } from './middleware/answer-errors.ts';
import { createBlockList } from './policy/block-list.ts';
import { createPolicyService, type PolicyServiceOptions } from './policy/policy-service.ts';
import { allOf, type PromptPolicy } from './policy/prompt-policy.ts';
import { createD1RecipeBook } from './recipes/d1-recipe-book.ts';
import { consumeUsage } from './usage/consume-usage.ts';
import { createMeterExporter } from './usage/export/meter-exporter.ts';
import type { UsageExporter } from './usage/export/usage-exporter.ts';
import { createWebhookExporter } from './usage/export/webhook-exporter.ts';
import { logAnswers } from './usage/log-answers.ts';
import { runSchedule } from './usage/run-schedule.ts';
import { createDeliverMessage, type DeliverMessage } from './webhooks/deliver-message.ts';
import { createDnsOverHttps } from './webhooks/resolve-host.ts';

export { FlightObject } from './durable/flight-object.ts';
export { IdempotencyObject } from './durable/idempotency-object.ts';
export { LedgerObject } from './durable/ledger-object.ts';

export class JobObject extends JobObjectBase {
  protected override services(): JobServices {
    return servicesOf(this.env).jobs;
  }

  protected override log(): Log {
    return log;
  }
}

export class WebhookObject extends WebhookObjectBase {
  protected override deliver(): DeliverMessage {
    return servicesOf(this.env).deliver;
  }

  protected override log(): Log {
    return log;
  }
}

/** What an environment's requests, jobs and webhooks share. */
interface Services {
  readonly app: ReturnType<typeof createApp>;
  readonly jobs: JobServices;
  readonly deliver: DeliverMessage;
}

const log: Log = (entry) => console.error(JSON.stringify(entry));

/** Messages that a queue takes at once. */
const QUEUE_BATCH = 100;

/** One of them for each environment: an isolate has one for all its requests. */
const services = new WeakMap<WorkerEnv, Services>();

function servicesOf(env: WorkerEnv): Services {
  const existing = services.get(env);
  if (existing) return existing;
  const config = parseConfig(env);
  const { model, publicUrl, s3, signingKey, prices, urlSigningKeys, urlPresets, receiptSigningKey } = config;
  const { now } = PLATFORM_CLOCK;
  // Workers refuse a `fetch` that is called as another object's method.
  const fetcher: typeof fetch = (input, init) => fetch(input, init);
  const webhooksOf = createDurableWebhooks(env.WEBHOOK);
  const openJobs = openJobsOf(env, config);
  const resolveHost = createDnsOverHttps({ resolver: config.dnsResolver, fetcher });
  const ledgers = createDurableLedgers(env.LEDGER);
  const options: AppOptions = {
    model,
    publicUrl,
    keys: createD1KeyStore(env.DB),
    idempotency: createIdempotencyOf(env.IDEMPOTENCY),
    jobs: createDurableJobs(env.JOB),
    openJobs,
    webhooksOf,
    resolveHost,
    keyRegistry: createD1KeyRegistry(env.DB),
    tenants: createD1TenantRegistry(env.DB),
    store: createS3ObjectStore(s3, fetcher),
    cache: createMemoryPictureCache(createColoCache(caches.default), now),
    flights: createFlightsOf(env.FLIGHT),
    recipes: createD1RecipeBook(env.DB),
    ledgerOf: logAnswers({
      ledgerOf: createTenantLedgers(ledgers),
      send: async (events) => {
        for (let at = 0; at < events.length; at += QUEUE_BATCH) {
          await env.USAGE.sendBatch(events.slice(at, at + QUEUE_BATCH).map((body) => ({ body })));
        }
      },
      now,
      log,
    }),
    accountOf: createTenantAccounts(ledgers),
    prices,
    policy: policyOf(config, { signingKey, fetcher, now }),
    scorer: backendsOf(env, config, log),
    urlSigningKeys,
    urlPresets,
    receiptSigner: receiptSigningKey && createReceiptSigner(receiptSigningKey),
    pageFiles: env.ASSETS,
    clock: PLATFORM_CLOCK,
    log,
  };
  const run = createRunJob({
    keys: options.keys,
    maker: createImageMaker(options),
    compositions: createCompositionMaker(options),
    now,
  });
  const created: Services = {
    app: createApp(options),
    jobs: {
      run,
      enqueue: createEnqueueJob(env.JOBS),
      publish: (job) => webhooksOf(job.tenant).publish(messageOf(job)),
      leave: ({ id }) => openJobs.leave(id),
    },
    deliver: createDeliverMessage({ fetcher, resolveHost, now }),
  };
  services.set(env, created);
  return created;
}

function openJobsOf({ DB: db }: WorkerEnv, { openJobLimits: limits }: EdgeConfig): OpenJobs {
  const ask = createAskDurable(PLATFORM_CLOCK, 'service_unavailable');
  return createD1OpenJobs({ db, limits, ask, now: PLATFORM_CLOCK.now });
}

function policyOf(
  { blockedTerms, policyUrl: url }: EdgeConfig,
  service: Omit<PolicyServiceOptions, 'url'>,
): PromptPolicy {
  return allOf([createBlockList(blockedTerms), ...(url ? [createPolicyService({ url, ...service })] : [])]);
}

function exporterOf(target: UsageExportConfig, now: () => number): UsageExporter {
  const options = { ...target, fetcher: fetch.bind(globalThis), now };
  return target.kind === 'webhook' ? createWebhookExporter(options) : createMeterExporter(options);
}

export default {
  async fetch(request, env, context) {
    try {
      return await servicesOf(env).app.fetch(request, env, context);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const requestId = crypto.randomUUID();
      log({ level: 'fatal', requestId, code: 'internal_error', cause: error.message });
      const response = new ApiError('internal_error').toResponse();
      response.headers.set('x-request-id', requestId);
      return response;
    }
  },
  async scheduled(_, env) {
    const config = parseConfig(env);
    const { usageExport } = config;
    const now = (): number => Date.now();
    await Promise.all([
      runSchedule({
        db: env.DB,
        accountOf: createTenantAccounts(createDurableLedgers(env.LEDGER)),
        exporter: usageExport && exporterOf(usageExport, now),
        now,
        log,
      }),
      freePlaces({ openJobs: openJobsOf(env, config), jobs: createDurableJobs(env.JOB), log }),
    ]);
  },
  async queue(batch, env) {
    if (batch.queue.endsWith(JOB_QUEUE)) await consumeJobs(batch, { jobs: createDurableJobs(env.JOB), log });
    else await consumeUsage(batch, { db: env.DB, log, now: () => Date.now() });
  },
} satisfies ExportedHandler<WorkerEnv>;
