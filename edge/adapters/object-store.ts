import type { PictureHashes } from '../../gpu-backend/contract/picture-hashes.ts';

/** A picture as the object store has it. */
export interface StoredObject {
  /** Strong entity tag, quotes included. */
  readonly etag: string;
  readonly sizeBytes: number;
  /** Undefined: it was stored without. */
  readonly hashes?: PictureHashes | undefined;
}

export interface StoredBytes extends StoredObject {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Where pictures are kept for good; the edge only reads. Undefined: there is no such object.
 * Both throw `storage_unavailable` when the store cannot tell.
 */
export interface ObjectStore {
  head(key: string): Promise<StoredObject | undefined>;
  /** The whole object: pictures are a few MB at most, and half of one must never be answered or cached. */
  get(key: string): Promise<StoredBytes | undefined>;
}
