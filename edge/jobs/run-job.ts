import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { Images } from '../generation/images.ts';
import type { ImageMaker } from '../generation/make-images.ts';
import type { KeyStore } from '../keys/key-store.ts';
import type { Defer } from '../pictures/picture-source.ts';
import type { Job } from './job.ts';

/** Bound of one try; what takes longer is tried again. */
const TRY_MS = 60_000;

export interface RunJobOptions {
  readonly keys: Pick<KeyStore, 'find'>;
  readonly maker: Pick<ImageMaker, 'make'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Makes a job's pictures as the synchronous route would, under the limits that its key has by now.
 * @throws ApiError as `ImageMaker.make`; `invalid_api_key` when the key holds no more, `tenant_suspended`; `conflict` when
 * the model has changed since an earlier try, so that the charges are those of other pictures.
 */
export function createRunJob({
  keys,
  maker,
  now,
}: RunJobOptions): (job: Job, defer: Defer) => Promise<Images> {
  return async ({ keyId, request, requestKey, origin, deadline }, defer) => {
    const holder = await keys.find(keyId);
    const { revokedAt = 0, expiresAt = 0 } = holder?.key ?? {};
    const holds = revokedAt === null && (expiresAt === null || now() / 1000 < expiresAt);
    if (!holder || !holds) throw new ApiError('invalid_api_key');
    if (holder.tenant.status !== 'active') throw new ApiError('tenant_suspended');
    const made = maker.make(request, {
      principal: holder.key,
      tenant: holder.tenant,
      requestKey,
      origin,
      defer,
      deadline: Math.min(deadline, now() + TRY_MS),
    });
    const { images } = await made.catch((error: unknown) => {
      throw error instanceof ApiError && error.code === 'idempotency_key_reused' ? otherModel(error) : error;
    });
    return images;
  };
}

function otherModel(cause: ApiError): ApiError {
  const message = 'The model was exchanged while this job was under way: order it again.';
  return new ApiError('conflict', { message, cause });
}
