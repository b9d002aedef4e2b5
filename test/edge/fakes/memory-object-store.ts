import type { ObjectStore, StoredBytes } from '../../../edge/adapters/object-store.ts';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import type { PictureHashes } from '../../../gpu-backend/contract/picture-hashes.ts';

export interface MemoryObjectStore extends ObjectStore {
  readonly objects: Map<string, StoredBytes>;
  /** Calls so far, as `head key` and `get key`. */
  readonly calls: string[];
  /** While true, the store cannot be reached. */
  down: boolean;
  /** Stores an object and returns its entity tag. */
  put(key: string, bytes: Uint8Array<ArrayBuffer>, hashes?: PictureHashes): string;
}

/** An object store in memory. Its entity tags tell contents apart, as S3's do. */
export function createMemoryObjectStore(): MemoryObjectStore {
  const objects = new Map<string, StoredBytes>();
  const calls: string[] = [];
  function read(call: string, key: string): StoredBytes | undefined {
    calls.push(`${call} ${key}`);
    if (store.down) throw new ApiError('storage_unavailable', { cause: new Error('the store is down') });
    return objects.get(key);
  }
  const store: MemoryObjectStore = {
    objects,
    calls,
    down: false,
    async head(key) {
      const object = read('head', key);
      return object && { etag: object.etag, sizeBytes: object.sizeBytes, hashes: object.hashes };
    },
    async get(key) {
      return read('get', key);
    },
    put(key, bytes, hashes) {
      const etag = `"${bytes.reduce((sum, byte) => (Math.imul(sum, 31) + byte) >>> 0, 7).toString(16)}"`;
      objects.set(key, { etag, sizeBytes: bytes.length, bytes, hashes });
      return etag;
    },
  };
  return store;
}
