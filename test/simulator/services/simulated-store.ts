import type { ObjectStore, StoredBytes } from '../../../edge/adapters/object-store.ts';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import type { World } from '../engine/world.ts';

/** An object store with conditional puts. */
export interface SimulatedStore extends ObjectStore {
  /** Puts what is not there yet; what lies there then. */
  putOnce(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<StoredBytes>;
  /** All that lies there, by key. */
  readonly objects: Map<string, StoredBytes>;
  /** How often each key was written. */
  readonly writes: Map<string, number>;
}

export function createSimulatedStore({ network, faults }: World): SimulatedStore {
  const objects = new Map<string, StoredBytes>();
  const writes = new Map<string, number>();

  function mayFail(): void {
    if (faults.strikes('store-fails'))
      throw new ApiError('storage_unavailable', { cause: new Error('a fault') });
  }

  /** As the adapter does: whatever goes wrong on the way is `storage_unavailable`. */
  async function ask<T>(what: string, serve: () => T): Promise<T> {
    try {
      return await network.call(what, () => {
        mayFail();
        return serve();
      });
    } catch (cause) {
      throw cause instanceof ApiError ? cause : new ApiError('storage_unavailable', { cause });
    }
  }

  return {
    objects,
    writes,
    head: (key) => ask('store head', () => objects.get(key)),
    get: (key) => ask('store get', () => objects.get(key)),
    putOnce: (key, bytes) =>
      ask('store put', () => {
        const existing = objects.get(key);
        if (existing) return existing;
        writes.set(key, (writes.get(key) ?? 0) + 1);
        const stored = { etag: `"${key}"`, sizeBytes: bytes.length, bytes };
        objects.set(key, stored);
        return stored;
      }),
  };
}
