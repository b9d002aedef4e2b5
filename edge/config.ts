import { z } from 'zod';
import { type ModelCard, modelCardSchema } from '../gpu-backend/contract/model-card.ts';
import { type ReceiptSigningKey, receiptSigningKeySchema } from '../gpu-backend/contract/receipt.ts';
import { parseSigningKeys, type SigningKey } from '../gpu-backend/contract/signature.ts';
import type { FlightObject } from './durable/flight-object.ts';
import type { IdempotencyObject } from './durable/idempotency-object.ts';
import type { JobObjectBase } from './durable/job-object.ts';
import type { LedgerObject } from './durable/ledger-object.ts';
import type { WebhookObjectBase } from './durable/webhook-object.ts';
import type { JobMessage } from './jobs/job-queue.ts';
import type { OpenJobLimits } from './jobs/open-jobs.ts';
import type { Prices } from './ledger/prices.ts';
import { type UrlPresets, urlPresetsSchema } from './signed-urls/url-options.ts';
import type { UsageEvent } from './usage/usage-event.ts';

/** What the Worker is bound to: text variables and secrets, and D1. @see README.md */
export interface WorkerEnv {
  readonly ASSETS: Fetcher;
  readonly DB: D1Database;
  readonly FLIGHT: DurableObjectNamespace<FlightObject>;
  readonly IDEMPOTENCY: DurableObjectNamespace<IdempotencyObject>;
  readonly JOB: DurableObjectNamespace<JobObjectBase>;
  readonly JOBS: Queue<JobMessage>;
  readonly LEDGER: DurableObjectNamespace<LedgerObject>;
  readonly WEBHOOK: DurableObjectNamespace<WebhookObjectBase>;
  readonly USAGE: Queue<UsageEvent>;
  readonly [variable: string]: unknown;
}

export interface EdgeConfig {
  /** Origins of the generation backends, in order of preference. @see backends/README.md */
  readonly backendUrls: readonly URL[];
  /** After how long the next backend is asked too, ms; undefined: never. */
  readonly hedgeMs: number | undefined;
  /** Signs the requests to the backend. */
  readonly signingKey: SigningKey;
  readonly s3: S3Config;
  readonly model: ModelCard;
  /** Origin that picture URLs begin with; undefined: that of the request. */
  readonly publicUrl: string | undefined;
  /** Answers where the hosts of webhooks lead. */
  readonly dnsResolver: URL;
  readonly prices: Prices;
  readonly openJobLimits: OpenJobLimits;
  /** Terms that no prompt may contain. */
  readonly blockedTerms: readonly string[];
  /** Service that judges prompts; undefined: none is asked. */
  readonly policyUrl: URL | undefined;
  /** Secrets that signed image URLs derive from, the newest first; undefined: there are no signed URLs. */
  readonly urlSigningKeys: readonly [SigningKey, ...SigningKey[]] | undefined;
  /** Options of signed image URLs by the name of their preset. */
  readonly urlPresets: UrlPresets;
  /** Signs receipts; undefined: there are none. */
  readonly receiptSigningKey: ReceiptSigningKey | undefined;
  /** Undefined: charges are not exported. */
  readonly usageExport: UsageExportConfig | undefined;
}

/** Where charges go for billing. */
export interface UsageExportConfig {
  readonly kind: 'webhook' | 'meter';
  readonly url: URL;
  readonly secret: string;
  /** Of meter events. */
  readonly eventName: string;
  /** The meter's customer ids by tenant. */
  readonly customers: Readonly<Record<string, string>>;
}

export interface S3Config {
  /** Path-style endpoint: the bucket is its last path segment's child. */
  readonly endpoint: URL;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The Worker is misconfigured. Names the variables and what they must be, never what they are. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(`misconfigured Worker: ${problems.join('; ')}`);
    this.name = 'ConfigError';
  }
}

/** Cloudflare's, which Workers reach from the inside. */
const DNS_RESOLVER = 'https://cloudflare-dns.com/dns-query';

const required = z.string('is missing').min(1, 'is empty');
const bareUrl = required.transform((text, context): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/u.test(url.protocol) && !url.username && !url.search && !url.hash) return url;
  context.addIssue('must be an http(s) URL without credentials and query');
  return z.NEVER;
});
const origin = bareUrl.refine(({ pathname }) => pathname === '/', 'must be an origin, without a path');

/** Origins between commas, each once. */
const origins = required.transform((text, context): URL[] => {
  const parsed = text.split(',').map((part) => origin.safeParse(part.trim()));
  const urls = parsed.flatMap(({ data }) => data ?? []);
  const isDistinct = new Set(urls.map(({ href }) => href)).size === urls.length;
  if (urls.length === parsed.length && isDistinct) return urls;
  context.addIssue('must be an origin, http(s)://host[:port], or several different ones between commas');
  return z.NEVER;
});

const signingKeys = required.transform((text, context) => {
  try {
    return parseSigningKeys(text);
  } catch (error) {
    context.addIssue((error as TypeError).message);
    return z.NEVER;
  }
});
const jobs = (preset: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,5}$/u, 'must be an integer, 1 … 999999')
    .transform(Number)
    .default(preset);
const units = (preset: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/u, 'must be an integer, 0 … 999999999')
    .transform(Number)
    .default(preset);
/** Variables that may be left out are as good as absent when they are empty. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => value || undefined, schema.optional());

const usageExportSchema = z
  .strictObject({
    kind: z.enum(['webhook', 'meter'], 'must be webhook or meter'),
    url: bareUrl,
    secret: z.string().min(1),
    eventName: z.string().min(1).default('galip_units'),
    customers: z.record(z.string(), z.string()).default({}),
  })
  .refine(
    ({ kind, secret }) => kind === 'meter' || secret.startsWith('whsec_'),
    'must have a secret whsec_… for a webhook',
  );

const variablesSchema = z.object({
  BACKEND_URL: origins,
  BACKEND_HEDGE_MS: optional(
    z
      .string()
      .regex(/^[1-9]\d{0,4}$/u, 'must be an integer of milliseconds, 1 … 99999')
      .transform(Number),
  ),
  SIGNING_KEYS: signingKeys,
  S3_ENDPOINT: bareUrl,
  S3_BUCKET: required.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/u, 'must be the name of a bucket'),
  S3_REGION: required.default('auto'),
  S3_ACCESS_KEY_ID: required,
  S3_SECRET_ACCESS_KEY: required,
  MODEL_CARD: required.transform(parseJson).pipe(modelCardSchema),
  PUBLIC_URL: optional(origin),
  DNS_RESOLVER_URL: z.preprocess((value) => value || DNS_RESOLVER, bareUrl),
  PRICE_PICTURE: units(1),
  PRICE_RESAMPLE: units(0),
  PRICE_HIT: units(0),
  PRICE_COMPOSITION: units(0),
  OPEN_JOBS_TENANT: jobs(1_000),
  OPEN_JOBS_KEY: jobs(500),
  PROMPT_BLOCK_LIST: z.string().default('').transform(termsOf),
  PROMPT_POLICY_URL: optional(bareUrl),
  URL_SIGNING_KEYS: optional(signingKeys),
  RECEIPT_SIGNING_KEY: optional(z.string().transform(parseJson).pipe(receiptSigningKeySchema)),
  URL_PRESETS: z.string().default('{}').transform(parseJson).pipe(urlPresetsSchema),
  USAGE_EXPORT: optional(z.string().transform(parseJson).pipe(usageExportSchema)),
  DB: z.custom<D1Database>(
    (value) => typeof value === 'object' && value !== null,
    'is not bound to a database',
  ),
});

/** All variables and secrets that the Worker reads; its bindings are no variables. */
export const WORKER_VARIABLES: readonly string[] = Object.keys(variablesSchema.shape).filter(
  (name) => name !== 'DB',
);

/** @throws ConfigError that lists all problems at once. */
export function parseConfig(env: WorkerEnv): EdgeConfig {
  const parsed = variablesSchema.safeParse(env);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`));
  }
  const { data } = parsed;
  return {
    backendUrls: data.BACKEND_URL,
    hedgeMs: data.BACKEND_HEDGE_MS,
    signingKey: data.SIGNING_KEYS[0],
    s3: {
      endpoint: data.S3_ENDPOINT,
      bucket: data.S3_BUCKET,
      region: data.S3_REGION,
      accessKeyId: data.S3_ACCESS_KEY_ID,
      secretAccessKey: data.S3_SECRET_ACCESS_KEY,
    },
    model: data.MODEL_CARD,
    publicUrl: data.PUBLIC_URL?.origin,
    dnsResolver: data.DNS_RESOLVER_URL,
    prices: {
      picture: data.PRICE_PICTURE,
      resample: data.PRICE_RESAMPLE,
      hit: data.PRICE_HIT,
      composition: data.PRICE_COMPOSITION,
    },
    openJobLimits: { tenant: data.OPEN_JOBS_TENANT, key: data.OPEN_JOBS_KEY },
    blockedTerms: data.PROMPT_BLOCK_LIST,
    policyUrl: data.PROMPT_POLICY_URL,
    urlSigningKeys: data.URL_SIGNING_KEYS,
    urlPresets: data.URL_PRESETS,
    receiptSigningKey: data.RECEIPT_SIGNING_KEY,
    usageExport: data.USAGE_EXPORT,
  };
}

/** One term a line, or between commas. */
function termsOf(text: string): string[] {
  return text
    .split(/[\n,]/u)
    .map((term) => term.trim())
    .filter((term) => term !== '');
}

function parseJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('must be JSON');
    return z.NEVER;
  }
}
