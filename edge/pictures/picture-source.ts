import type { ObjectStore, StoredBytes, StoredObject } from '../adapters/object-store.ts';
import type { PictureCache } from '../adapters/picture-cache.ts';
import { type PictureName, pictureKeyOf, pictureUrlOf } from './picture-name.ts';

/** Lets work go on after the answer. */
export type Defer = (work: Promise<unknown>) => void;

/** Bytes, or a stream of them from the cache: neither is read before somebody needs it. */
export type Picture = StoredObject & { readonly body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> };

/**
 * The pictures that exist: colo cache first, then the object store. Private ones are never in the cache. Throws
 * `storage_unavailable`.
 */
export interface PictureSource {
  head(name: PictureName): Promise<StoredObject | undefined>;
  /** Of the object store alone, whatever the cache still has: what others are to read must lie there. */
  headInStore(name: PictureName): Promise<StoredObject | undefined>;
  open(name: PictureName): Promise<Picture | undefined>;
  /** Puts a picture that is in the store into the cache as well. */
  cache(name: PictureName, picture: StoredBytes): void;
}

export interface PictureSourceOptions {
  readonly store: ObjectStore;
  readonly cache: PictureCache;
  /** Origin of public URLs, under which the cache keeps pictures. */
  readonly origin: string;
  readonly defer: Defer;
}

export function createPictureSource({ store, cache, origin, defer }: PictureSourceOptions): PictureSource {
  const source: PictureSource = {
    async head(name) {
      if (name.tenant !== undefined) return store.head(pictureKeyOf(name));
      const cached = await cache.match(pictureUrlOf(name, origin));
      if (!cached) return store.head(pictureKeyOf(name));
      if (cached.body instanceof ReadableStream) await cached.body.cancel();
      return cached;
    },
    headInStore: (name) => store.head(pictureKeyOf(name)),
    async open(name) {
      const isPublic = name.tenant === undefined;
      const cached = isPublic && (await cache.match(pictureUrlOf(name, origin)));
      if (cached) return cached;
      const stored = await store.get(pictureKeyOf(name));
      if (!stored) return undefined;
      source.cache(name, stored);
      return { ...stored, body: stored.bytes };
    },
    cache(name, picture) {
      if (name.tenant === undefined) defer(cache.put(pictureUrlOf(name, origin), picture));
    },
  };
  return source;
}

/** A picture's bytes, wherever they lie. */
export async function readPicture({ body }: Picture): Promise<Uint8Array<ArrayBuffer>> {
  return body instanceof Uint8Array ? body : new Uint8Array(await new Response(body).arrayBuffer());
}
