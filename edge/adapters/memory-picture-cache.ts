import type { StoredBytes } from './object-store.ts';
import type { PictureCache } from './picture-cache.ts';

/** Of the 128 MiB that an isolate has. */
const LIMIT_BYTES = 16 * 2 ** 20;
/** Larger ones would push out too many others. */
const LARGEST_BYTES = 2 ** 18;
/** A picture that was purged from all caches is gone from here after this, ms. */
const MAX_AGE_MS = 60_000;

interface Remembered extends StoredBytes {
  readonly until: number;
}

/**
 * The pictures that this isolate was asked for last, before the colo's cache: they never change under their URL, and
 * asking the cache is most of what answering one costs.
 * @param now milliseconds since 1970.
 */
export function createMemoryPictureCache(colo: PictureCache, now: () => number): PictureCache {
  /** In order of their last use. */
  const entries = new Map<string, Remembered>();
  let sizeBytes = 0;

  const forget = (url: string): void => {
    sizeBytes -= entries.get(url)?.bytes.length ?? 0;
    entries.delete(url);
  };

  const remember = (url: string, entry: Remembered): void => {
    forget(url);
    entries.set(url, entry);
    sizeBytes += entry.bytes.length;
    for (const oldest of entries.keys()) {
      if (sizeBytes <= LIMIT_BYTES) break;
      forget(oldest);
    }
  };

  return {
    async match(url) {
      const known = entries.get(url);
      if (known && now() < known.until) {
        entries.delete(url);
        entries.set(url, known);
        const { until: _, bytes, ...object } = known;
        return { ...object, body: bytes };
      }
      forget(url);
      const cached = await colo.match(url);
      if (!cached || cached.sizeBytes > LARGEST_BYTES) return cached;
      const { body, ...object } = cached;
      const bytes =
        body instanceof Uint8Array ? body : new Uint8Array(await new Response(body).arrayBuffer());
      // Of a body that broke off nothing is kept, and nothing is answered.
      if (bytes.length !== cached.sizeBytes) return undefined;
      remember(url, { ...object, bytes, until: now() + MAX_AGE_MS });
      return { ...object, body: bytes };
    },
    put: (url, picture) => colo.put(url, picture),
  };
}
