import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { CompositionMaker } from '../compositions/make-compositions.ts';
import type { ImageMaker } from '../generation/make-images.ts';
import { PartlyMade } from '../generation/partly-made.ts';
import type { KeyHolder, KeyStore } from '../keys/key-store.ts';
import type { Defer } from '../pictures/picture-source.ts';
import { isUnclear } from './is-unclear.ts';
import type { Job, JobProgress, JobResult } from './job.ts';

/** Bound of one try; what takes longer is tried again. */
const TRY_MS = 60_000;

/** Beyond that a try may wait so long for what has begun, and for the ledger: with it, it stays below the time after which a job is looked at. */
const HEAR_MS = 20_000;

export interface RunJobOptions {
  readonly keys: Pick<KeyStore, 'find'>;
  readonly maker: Pick<ImageMaker, 'make'>;
  readonly compositions: Pick<CompositionMaker, 'make'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Makes a job's pictures as the synchronous route would, under the limits that its key has by now. Under a key that holds
 * no more nothing new is made; but a try that died may have been charged, and the one after it finds that out: what was
 * made is delivered and paid, what was not is released, and then the key's end is the job's.
 * @throws ApiError as `ImageMaker.make`; `invalid_api_key` when the key holds no more, `tenant_suspended`; `conflict` when
 * the model has changed since an earlier try, so that the charges are those of other pictures.
 */
export function createRunJob({
  keys,
  maker,
  compositions,
  now,
}: RunJobOptions): (
  job: Job,
  defer: Defer,
  onProgress?: (progress: JobProgress) => void,
) => Promise<JobResult> {
  return async (
    { keyId, request, requestKey, origin, deadline: jobDeadline, attempts, unsettled },
    defer,
    onProgress,
  ) => {
    const holder = await keys.find(keyId);
    if (!holder) throw new ApiError('invalid_api_key');
    const refusal = refusalOf(holder, now());
    if (refusal && !unsettled) throw refusal;
    const deadline = refusal ? now() : Math.min(jobDeadline, now() + TRY_MS);
    const call = {
      principal: holder.key,
      tenant: holder.tenant,
      requestKey,
      origin,
      defer,
      deadline,
      answerBy: deadline + HEAR_MS,
      isRetry: attempts > 1,
      onProgress: (done: number, total: number) => onProgress?.({ done, total }),
    };
    const made =
      'kind' in request
        ? compositions.make(request, call).then(({ composition }) => composition)
        : maker.make(request, call).then(({ images }) => images);
    return made.catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === 'idempotency_key_reused') throw otherModel(error);
      if (!refusal || isUnclear(error)) throw error;
      throw error instanceof PartlyMade ? error.because(refusal) : refusal;
    });
  };
}

/** Why nothing new may be made for who holds a key; undefined: it may. */
function refusalOf(
  { key: { revokedAt, expiresAt }, tenant }: KeyHolder,
  nowMs: number,
): ApiError | undefined {
  const holds = revokedAt === null && (expiresAt === null || nowMs / 1000 < expiresAt);
  if (!holds) return new ApiError('invalid_api_key');
  return tenant.status === 'active' ? undefined : new ApiError('tenant_suspended');
}

function otherModel(cause: ApiError): ApiError {
  const message = 'The model was exchanged while this job was under way: order it again.';
  return new ApiError('conflict', { message, cause });
}
