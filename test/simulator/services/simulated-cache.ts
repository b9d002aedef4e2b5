import type { StoredBytes } from '../../../edge/adapters/object-store.ts';
import type { PictureCache } from '../../../edge/adapters/picture-cache.ts';
import type { Faults } from '../engine/faults.ts';

/** A colo's cache, which forgets. */
export function createSimulatedCache(faults: Faults): PictureCache {
  const pictures = new Map<string, StoredBytes>();
  return {
    async match(url) {
      if (faults.strikes('cache-forgets')) pictures.delete(url);
      const picture = pictures.get(url);
      if (!picture) return undefined;
      const { etag, sizeBytes, bytes } = picture;
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(bytes);
          controller.close();
        },
      });
      return { etag, sizeBytes, body };
    },
    async put(url, { etag, sizeBytes, bytes }) {
      pictures.set(url, { etag, sizeBytes, bytes });
    },
  };
}
