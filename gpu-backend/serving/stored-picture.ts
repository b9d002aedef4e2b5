import { ApiError } from '../contract/errors.ts';
import { objectKeyOf } from '../contract/fingerprint.ts';
import { IMAGE_FORMATS, type ImageFormat } from '../contract/image-format.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/** Pictures never change under their name. */
const CACHE_CONTROL = 'public, max-age=31536000, immutable';

export interface StoredPicture {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly etag: string;
  /** False when another writer's bytes lay there already: those are returned. */
  readonly created: boolean;
}

/**
 * Stores a picture under its fingerprint; whoever comes second gets the first one's bytes, so that all the world sees
 * the same ones.
 */
export async function storePicture(
  store: ObjectStore,
  fingerprint: string,
  format: ImageFormat,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<StoredPicture> {
  const key = objectKeyOf(fingerprint, format);
  const options = { contentType: IMAGE_FORMATS[format].mediaType, cacheControl: CACHE_CONTROL };
  const { created, etag } = await store.putIfAbsent(key, bytes, options);
  if (created) return { bytes, etag, created };
  const winner = await store.get(key);
  if (!winner) {
    const cause = new Error(`${key} was there and is gone again`);
    throw new ApiError('storage_unavailable', { cause });
  }
  return { bytes: winner.bytes, etag: winner.etag, created };
}
