import { readPictureHashes } from '../../gpu-backend/contract/picture-hashes.ts';
import { hashHeaders } from './hash-headers.ts';
import type { StoredObject } from './object-store.ts';

interface CachedPicture extends StoredObject {
  readonly body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
}

/** Pictures near the reader, by their public URL; may forget any of them at any time. */
export interface PictureCache {
  /** The caller reads or cancels the body, where it is a stream. */
  match(url: string): Promise<CachedPicture | undefined>;
  put(url: string, picture: StoredObject & { readonly bytes: Uint8Array<ArrayBuffer> }): Promise<void>;
}

/** A colo's cache. Entries hold what `match` gives back and nothing that came with a request. */
export function createColoCache(cache: Cache): PictureCache {
  return {
    async match(url) {
      const response = await cache.match(url);
      if (!response?.body) return undefined;
      const etag = response.headers.get('etag');
      const sizeBytes = Number(response.headers.get('content-length'));
      const hashes = readPictureHashes((name) => response.headers.get(`x-${name}`));
      if (etag && sizeBytes > 0) return { etag, sizeBytes, hashes, body: response.body };
      await response.body.cancel();
      return undefined;
    },
    async put(url, { etag, sizeBytes, hashes, bytes }) {
      const headers = {
        'cache-control': 'public, max-age=31536000, immutable',
        'content-length': String(sizeBytes),
        etag,
        ...hashHeaders(hashes),
      };
      await cache.put(url, new Response(bytes, { headers }));
    },
  };
}
