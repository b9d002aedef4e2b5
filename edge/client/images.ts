import type { ImageRequest, Images as ImagesAnswer, Quote } from './api-types.ts';
import { createJsonCalls, type IdempotentOptions } from './http/json-calls.ts';
import type { CallOptions, Transport } from './http/transport.ts';

/** What `images.create` takes; `jobs.create` has what only jobs can have. */
export type PictureRequest = Omit<ImageRequest, 'async' | 'deadline' | 'webhook'>;

/** A picture of an answer. */
export type Picture = ImagesAnswer['data'][number];

/** Pictures made at once. */
export interface Images {
  create(request: PictureRequest, options?: IdempotentOptions): Promise<ImagesAnswer>;
  /** What `create` would charge now. Nothing is made. */
  quote(request: PictureRequest, options?: CallOptions): Promise<Quote>;
  /** The file's bytes, fetched from its URL unless they are there as base64. */
  bytes(picture: Pick<Picture, 'url' | 'b64_json'>, options?: CallOptions): Promise<Uint8Array<ArrayBuffer>>;
}

export function createImages(transport: Transport): Images {
  const { post } = createJsonCalls(transport);
  const path = '/v1/images/generations';
  return {
    create: (request, options) => post(path, request, options),
    quote: (request, options) => post(path, request, options, { dry_run: 'true' }),
    async bytes({ url, b64_json: base64 }, options = {}) {
      if (base64 !== undefined) {
        return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      }
      if (url === undefined)
        throw new TypeError('picture has neither url nor b64_json; it needs one of them');
      return transport(
        { ...options, method: 'GET', path: url },
        async (response) => new Uint8Array(await response.arrayBuffer()),
      );
    },
  };
}
