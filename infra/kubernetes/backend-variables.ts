import type { Environment } from './environment.ts';
import type { Tier } from './tier.ts';

/** Those of the backend's variables that come from a secret store, by their names there. */
export const SECRET_VARIABLES = ['SIGNING_KEYS', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const;

/** CPUs that a floor replica has. */
export const CPU_FLOOR_CORES = 4;

/**
 * What may wait, in batches: on a GPU about two seconds' work, on a CPU what still meets the deadline.
 */
const QUEUE_LIMIT: Readonly<Record<Tier, number>> = { gpu: 256, cpu: 16 };
const DEADLINE_MS = 30_000;

/** The backend's variables that are no secrets; its image sets HOST, PORT and MODEL_DIR. */
export function backendVariables({ s3 }: Environment, tier: Tier): Record<string, string> {
  return {
    S3_ENDPOINT: s3.endpoint,
    S3_BUCKET: s3.bucket,
    S3_REGION: s3.region,
    QUEUE_LIMIT: String(QUEUE_LIMIT[tier]),
    DEADLINE_MS: String(DEADLINE_MS),
    PROVENANCE: 'on',
    // A container's limit is no number of cores that a process can see.
    ...(tier === 'cpu' && { INFERENCE_THREADS: String(CPU_FLOOR_CORES) }),
  };
}
