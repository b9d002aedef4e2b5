import type { Environment } from './environment.ts';
import type { Tier } from './tier.ts';

/** Those of the backend's variables that come from a secret store, by their names there. */
export const SECRET_VARIABLES = ['SIGNING_KEYS', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const;

/** Cores that a replica has. */
export const CORES = 4;

/**
 * What depends on the tier. Threads are named, since a process sees its node's cores and not its container's: on a GPU
 * all but one encode, on a CPU all but one infer. Queues are in pictures: seconds of work.
 */
const BY_TIER: Readonly<Record<Tier, Readonly<Record<string, string>>>> = {
  gpu: {
    BATCH_BUCKETS: '1,2,4,8,16,32',
    QUEUE_LIMIT: '1024',
    IN_FLIGHT_MB: '2048',
    EXECUTION_PROVIDERS: 'cuda',
    INFERENCE_THREADS: '1',
    ENCODE_THREADS: String(CORES - 1),
  },
  cpu: {
    BATCH_BUCKETS: '1,2,4,8',
    QUEUE_LIMIT: '64',
    IN_FLIGHT_MB: '512',
    EXECUTION_PROVIDERS: 'cpu',
    INFERENCE_THREADS: String(CORES - 1),
    ENCODE_THREADS: '1',
  },
};

/** The backend's variables that are no secrets; its image sets HOST, PORT and MODEL_DIR. */
export function backendVariables({ s3 }: Environment, tier: Tier): Record<string, string> {
  return {
    S3_ENDPOINT: s3.endpoint,
    S3_BUCKET: s3.bucket,
    S3_REGION: s3.region,
    PROVENANCE: 'on',
    DEADLINE_MS: '25000',
    MAX_QUEUE_DELAY_MS: '2',
    TEXT_CACHE_MB: '64',
    STORE_WRITES: '48',
    CONVOLUTION_SEARCH: 'heuristic',
    // Off. A collector's URL here wants a way out in network-policy.ts too.
    OTEL_EXPORTER_OTLP_ENDPOINT: '',
    OTEL_SERVICE_NAME: `galip-backend-${tier}`,
    ...BY_TIER[tier],
  };
}
