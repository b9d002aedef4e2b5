import { ApiError } from '../contract/errors.ts';
import { objectKeyOf } from '../contract/fingerprint.ts';
import { FILE_FORMATS, type FileFormat } from '../contract/image-format.ts';
import { type PictureHashes, readPictureHashes } from '../contract/picture-hashes.ts';
import type { PictureFile } from '../pipeline/make-file.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/** Pictures never change under their name; private ones are nobody's to keep on the way. */
const CACHE_CONTROL = {
  public: 'public, max-age=31536000, immutable',
  private: 'private, no-store',
} as const;

export interface StoredPicture {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly etag: string;
  /** As they lie beside the object; undefined where another writer knew none. */
  readonly hashes: PictureHashes | undefined;
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
  { format, tenant }: { readonly format: FileFormat; readonly tenant?: string | undefined },
  { bytes, hashes }: PictureFile,
): Promise<StoredPicture> {
  const key = objectKeyOf(fingerprint, format, tenant);
  const options = {
    contentType: FILE_FORMATS[format].mediaType,
    cacheControl: CACHE_CONTROL[tenant === undefined ? 'public' : 'private'],
    metadata: hashes,
  };
  const { created, etag } = await store.putIfAbsent(key, bytes, options);
  if (created) return { bytes, hashes, etag, created };
  const winner = await store.get(key);
  if (!winner) {
    const cause = new Error(`${key} was there and is gone again`);
    throw new ApiError('storage_unavailable', { cause });
  }
  const kept = readPictureHashes((name) => winner.metadata?.[name]);
  return { bytes: winner.bytes, hashes: kept, etag: winner.etag, created };
}
