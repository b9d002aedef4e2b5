import { sha256Hex } from '../contract/hex.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';

/** Objects in this process's memory, gone with it: for tests and for trying the backend without an object store. */
export function createMemoryStore(): ObjectStore {
  const objects = new Map<string, StoredObject>();
  return {
    async putIfAbsent(key, bytes, { contentType, cacheControl, metadata }) {
      const copy = bytes.slice();
      const etag = `"${await sha256Hex(copy)}"`;
      const present = objects.get(key);
      if (present) return { created: false, etag: present.etag };
      objects.set(key, { bytes: copy, etag, contentType, cacheControl, metadata, sizeBytes: copy.length });
      return { created: true, etag };
    },
    async get(key) {
      const object = objects.get(key);
      return object && { ...object, bytes: object.bytes.slice() };
    },
    async head(key) {
      const object = objects.get(key);
      if (!object) return undefined;
      const { bytes: _, ...info } = object;
      return info;
    },
  };
}
