import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import type { Backend } from '../adapters/backend.ts';
import type { ObjectStore } from '../adapters/object-store.ts';
import type { PictureCache } from '../adapters/picture-cache.ts';
import type { KeyRecord } from '../keys/key-record.ts';
import { pictureUrlOf } from '../pictures/picture-name.ts';
import { createPictureSource, type Defer } from '../pictures/picture-source.ts';
import type { ImageRequest } from './image-request.ts';
import type { Images } from './images.ts';
import { obtainPictures } from './obtain-pictures.ts';
import { type PlannedPicture, planPictures } from './plan-pictures.ts';

export interface MakeImagesOptions {
  readonly model: ModelCard;
  readonly store: ObjectStore;
  readonly cache: PictureCache;
  readonly backend: Backend;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Who asks, and how the answer is to be made. */
export interface MakeImagesCall {
  readonly principal: KeyRecord;
  /** Idempotency-Key, else the request's or the job's id: all charges derive from it. */
  readonly requestKey: string;
  /** Origin of public URLs. */
  readonly origin: string;
  readonly defer: Defer;
  /** Ends the waiting; pictures that are being made by then are still made and kept. */
  readonly signal?: AbortSignal;
}

/**
 * The use case behind every way to ask for pictures: the synchronous route and jobs.
 * @throws ApiError `model_not_found`, `invalid_request`, `storage_unavailable`, `backend_unavailable`.
 */
export type MakeImages = (request: ImageRequest, call: MakeImagesCall) => Promise<Images>;

export function createMakeImages({ model, store, cache, backend, now }: MakeImagesOptions): MakeImages {
  return async (request, { origin, defer, signal }) => {
    const planned = await planPictures(request, model);
    signal?.throwIfAborted();
    const source = createPictureSource({ store, cache, origin, defer });
    const withBytes = request.response_format === 'b64_json';
    const pictures = await obtainPictures(planned, { source, backend, withBytes });
    const data = pictures.map(({ recipe, fingerprint, cache, bytes }): Images['data'][number] => {
      const image = bytes
        ? { b64_json: bytes.toBase64() }
        : { url: pictureUrlOf({ fingerprint, format: recipe.format }, origin) };
      return { ...image, seed: recipe.seed, fingerprint, cache };
    });
    return { ...summary(planned, model), created: Math.floor(now() / 1000), data };
  };
}

function summary(planned: readonly PlannedPicture[], model: ModelCard): Omit<Images, 'created' | 'data'> {
  const [first] = planned;
  if (!first) throw new Error('a valid request asks for at least one picture');
  const { size, format } = first.recipe;
  return { model: model.id, size: `${size}x${size}`, output_format: format, native: model.imageSize };
}
