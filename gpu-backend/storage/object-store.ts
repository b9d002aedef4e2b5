interface PutOptions {
  readonly contentType: string;
  readonly cacheControl: string;
  /** Kept beside the bytes: names of lower-case letters, values of visible ASCII. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

interface PutOutcome {
  /** False when the key was taken: the object that lies there is untouched. */
  readonly created: boolean;
  /** Entity tag of the object that lies under the key now, quotes included. */
  readonly etag: string;
}

/** What is known of a stored object without its bytes. */
export interface ObjectInfo extends PutOptions {
  readonly etag: string;
  readonly sizeBytes: number;
}

export interface StoredObject extends ObjectInfo {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Where pictures lie: immutable objects under keys that follow from their content's recipe. The first writer of a key
 * wins and nobody overwrites. Every implementation passes `test/conformance/object-store.ts`.
 *
 * All methods throw ApiError `storage_unavailable`, with what went wrong in its cause, when the store cannot be reached,
 * refuses the credentials or does not answer in time.
 */
export interface ObjectStore {
  /** Stores `bytes` unless the key is taken; atomic, also between processes. */
  putIfAbsent(key: string, bytes: Uint8Array<ArrayBuffer>, options: PutOptions): Promise<PutOutcome>;
  /** The whole object, or undefined where there is none. The bytes are the caller's own. */
  get(key: string): Promise<StoredObject | undefined>;
  head(key: string): Promise<ObjectInfo | undefined>;
}
