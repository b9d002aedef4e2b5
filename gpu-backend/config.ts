import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { parseSigningKeys, type SigningKey } from './contract/signature.ts';
import {
  CONVOLUTION_SEARCHES,
  type ConvolutionSearch,
  EXECUTION_PROVIDERS,
  type ExecutionProvider,
} from './runtime/execution-provider.ts';

/** Pictures that may wait: on a GPU a second's work; where they take longer, their deadlines refuse them before. */
const DEFAULT_QUEUE_LIMIT = 1_024;
/** Largest batches that a GPU is faster with; where a machine gains nothing by them, warming stops before. */
const DEFAULT_BUCKETS = [1, 2, 4, 8, 16, 32];
/** A GPU's batch takes ten times as long: waiting costs little beside it. */
const DEFAULT_QUEUE_DELAY_MS = 2;
/** A full queue of full-size pictures at four times their size takes this much. */
const DEFAULT_IN_FLIGHT_MB = 1_024;
/** Text embeddings of 20,000 prompts. */
const DEFAULT_TEXT_CACHE_MB = 64;
/** What S3's client opens connections for. */
const DEFAULT_STORE_WRITES = 48;
/**
 * Bound of one request, ms: the longest that a person waits for a picture, and short enough that a stop, which platforms
 * grant 30 s, can finish all that was accepted.
 */
const DEFAULT_DEADLINE_MS = 25_000;

const MEBIBYTE = 2 ** 20;

/**
 * What the inference process gets of the environment: where libraries and devices are, and the mark by which all that
 * `npm start` started is found. None of it is secret.
 */
const INFERENCE_VARIABLES = [
  'PATH',
  'SystemRoot',
  'TMPDIR',
  'LD_LIBRARY_PATH',
  'CUDA_VISIBLE_DEVICES',
  'NVIDIA_VISIBLE_DEVICES',
  'VK_DRIVER_FILES',
  'VK_ICD_FILENAMES',
  'OMP_NUM_THREADS',
  'GALIP_PARENT_PID',
] as const;

export interface Config {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly modelDirectory: string;
  readonly signingKeys: readonly [SigningKey, ...SigningKey[]];
  readonly s3: {
    readonly endpoint: string;
    readonly bucket: string;
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  readonly withProvenance: boolean;
  /** Pictures that may wait for the model. */
  readonly queueLimit: number;
  /** What accepted requests may hold in memory. */
  readonly inFlightBytes: number;
  readonly deadlineMs: number;
  /** Batch sizes, ascending. */
  readonly batchBuckets: readonly number[];
  readonly maxQueueDelayMs: number;
  readonly textCacheBytes: number;
  /** Threads that resample and encode; 0 = all cores but one. */
  readonly encodeThreads: number;
  /** Writes to the store at once. */
  readonly storeWrites: number;
  /** 0 = one a core. */
  readonly inferenceThreads: number;
  /** What the model is to run on: the first that can. */
  readonly executionProviders: readonly ExecutionProvider[];
  readonly convolutionSearch: ConvolutionSearch;
  /** Where all replicas of this backend are found, itself among them; undefined: there is this one alone. */
  readonly peers: URL | undefined;
  /** Where traces go, an OTLP/HTTP endpoint's base; undefined: nowhere. */
  readonly tracesEndpoint: string | undefined;
  readonly serviceName: string;
  /** The inference process's whole environment. */
  readonly inferenceEnvironment: Readonly<Record<string, string>>;
}

const required = z.string('is required').min(1, 'is required');

/** Digits alone: `Number` would take an empty text for 0 and `1e9` for a port. */
function integer(min: number, max: number, whenUnset: number): z.ZodType<number> {
  const problem = `must be an integer from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/u, problem)
    .transform(Number)
    .refine((value) => value >= min && value <= max, problem)
    .default(whenUnset);
}

const signingKeys = required.transform((text, context) => {
  try {
    return parseSigningKeys(text);
  } catch (error) {
    context.addIssue((error as TypeError).message);
    return z.NEVER;
  }
});

const buckets = z
  .string()
  .regex(/^\d{1,3}(,\d{1,3})*$/u, 'must be numbers from 1 to 256, ascending, with commas between them')
  .transform((text) => text.split(',').map(Number))
  .refine(
    (list) => list.every((bucket, at) => bucket <= 256 && bucket > (list[at - 1] ?? 0)),
    'must be numbers from 1 to 256, ascending, with commas between them',
  )
  .default(DEFAULT_BUCKETS);

const PROVIDERS_PROBLEM = `must name some of ${EXECUTION_PROVIDERS.join(', ')}, each once, with commas between them`;

const providers = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(EXECUTION_PROVIDERS, PROVIDERS_PROBLEM)))
  .refine((list) => new Set(list).size === list.length, PROVIDERS_PROBLEM)
  .default(['cpu']);

const ENDPOINT_PROBLEM = 'must be an http or https URL without credentials or query';

function isEndpoint(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/u.test(url.protocol) && url.username === '' && url.search === '';
}

const endpoint = required.refine(isEndpoint, ENDPOINT_PROBLEM);

const environmentSchema = z.object({
  HOST: z.string().min(1, 'must be an address').default('127.0.0.1'),
  PORT: integer(0, 65_535, 8_788),
  MODEL_DIR: z
    .string()
    .min(1, 'must be a directory')
    .default(fileURLToPath(new URL('models/emoji-64', import.meta.url))),
  SIGNING_KEYS: signingKeys,
  S3_ENDPOINT: endpoint,
  S3_BUCKET: required,
  S3_REGION: z.string().min(1, 'must be a region').default('auto'),
  S3_ACCESS_KEY_ID: required,
  S3_SECRET_ACCESS_KEY: required,
  PROVENANCE: z.enum(['on', 'off'], 'must be on or off').default('on'),
  QUEUE_LIMIT: integer(1, 100_000, DEFAULT_QUEUE_LIMIT),
  DEADLINE_MS: integer(1, 600_000, DEFAULT_DEADLINE_MS),
  INFERENCE_THREADS: integer(0, 1_024, 0),
  EXECUTION_PROVIDERS: providers,
  CONVOLUTION_SEARCH: z
    .enum(CONVOLUTION_SEARCHES, `must be ${CONVOLUTION_SEARCHES.join(' or ')}`)
    .default('heuristic'),
  BATCH_BUCKETS: buckets,
  MAX_QUEUE_DELAY_MS: integer(0, 1_000, DEFAULT_QUEUE_DELAY_MS),
  IN_FLIGHT_MB: integer(1, 1_000_000, DEFAULT_IN_FLIGHT_MB),
  TEXT_CACHE_MB: integer(0, 100_000, DEFAULT_TEXT_CACHE_MB),
  ENCODE_THREADS: integer(0, 256, 0),
  STORE_WRITES: integer(1, 10_000, DEFAULT_STORE_WRITES),
  PEERS_URL: z
    .string()
    .refine((text) => text === '' || isEndpoint(text), ENDPOINT_PROBLEM)
    .default(''),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .string()
    .refine((text) => text === '' || isEndpoint(text), ENDPOINT_PROBLEM)
    .default(''),
  OTEL_SERVICE_NAME: z.string().min(1, 'must be a name').default('galip-backend'),
});

/** All variables that the backend reads of its environment. */
export const BACKEND_VARIABLES: readonly string[] = Object.keys(environmentSchema.shape);

/** Everything that is wrong with the environment at once. Names variables, never repeats their values. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(['the environment is not complete:', ...problems].join('\n  '));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** @throws ConfigError */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) {
    // A list that is wrong in two places is one problem.
    const problems = parsed.error.issues.map(({ path, message }) => `${String(path[0])} ${message}`);
    throw new ConfigError([...new Set(problems)]);
  }
  const { data } = parsed;
  return {
    host: data.HOST,
    port: data.PORT,
    modelDirectory: data.MODEL_DIR,
    signingKeys: data.SIGNING_KEYS,
    s3: {
      endpoint: data.S3_ENDPOINT,
      bucket: data.S3_BUCKET,
      region: data.S3_REGION,
      accessKeyId: data.S3_ACCESS_KEY_ID,
      secretAccessKey: data.S3_SECRET_ACCESS_KEY,
    },
    withProvenance: data.PROVENANCE === 'on',
    queueLimit: data.QUEUE_LIMIT,
    deadlineMs: data.DEADLINE_MS,
    inferenceThreads: data.INFERENCE_THREADS,
    executionProviders: data.EXECUTION_PROVIDERS,
    convolutionSearch: data.CONVOLUTION_SEARCH,
    batchBuckets: data.BATCH_BUCKETS,
    maxQueueDelayMs: data.MAX_QUEUE_DELAY_MS,
    inFlightBytes: data.IN_FLIGHT_MB * MEBIBYTE,
    textCacheBytes: data.TEXT_CACHE_MB * MEBIBYTE,
    encodeThreads: data.ENCODE_THREADS,
    storeWrites: data.STORE_WRITES,
    peers: data.PEERS_URL === '' ? undefined : new URL(data.PEERS_URL),
    tracesEndpoint: data.OTEL_EXPORTER_OTLP_ENDPOINT || undefined,
    serviceName: data.OTEL_SERVICE_NAME,
    inferenceEnvironment: Object.fromEntries(
      INFERENCE_VARIABLES.flatMap((name) => {
        const value = environment[name];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  };
}
