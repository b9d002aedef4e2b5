import type { Backend, GeneratedPicture } from '../../../edge/adapters/backend.ts';
import {
  type ComposeRequest,
  composeRequestSchema,
  compositionFingerprintOf,
} from '../../../gpu-backend/contract/compose.ts';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import { fingerprintOf, objectKeyOf } from '../../../gpu-backend/contract/fingerprint.ts';
import { type GenerateRequest, generateRequestSchema } from '../../../gpu-backend/contract/generate.ts';
import type { PictureHashes } from '../../../gpu-backend/contract/picture-hashes.ts';
import type { MemoryObjectStore } from './memory-object-store.ts';

export interface MemoryBackend extends Backend {
  /** What it was asked so far. */
  readonly requests: GenerateRequest[];
  readonly compositions: ComposeRequest[];
  /** W3C trace context of each. */
  readonly traceparents: (string | undefined)[];
  /** While set, every request fails so. */
  failure: ApiError | Error | undefined;
  /** Waited for before a picture is begun; until then it can be withdrawn. */
  before: (() => Promise<void>) | undefined;
  /** Waited for while a picture is being made, by its seed. */
  during: ((seed: number) => Promise<void>) | undefined;
  /** Changes what it answers: a backend that is broken in some way. */
  distort: (pictures: readonly GeneratedPicture[]) => readonly GeneratedPicture[];
}

const NO_TIME = {
  queueMs: 0,
  tokeniseMs: 0,
  textEncoderMs: 0,
  generatorMs: 0,
  encodeMs: 0,
  storeMs: 0,
  totalMs: 0,
};

/** A picture follows from its fingerprint, as it does in the real backend. */
export function textOf(fingerprint: string): string {
  return `picture ${fingerprint}`;
}

export function bytesOf(fingerprint: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(textOf(fingerprint)));
}

/** Hashes that follow from the fingerprint too. */
export function hashesOf(fingerprint: string): PictureHashes {
  return { thumbhash: btoa(fingerprint.slice(0, 21)), phash: fingerprint.slice(-16) };
}

/** A backend without a model: it checks the request as the real one does, and stores what it makes. */
export function createMemoryBackend(store: MemoryObjectStore): MemoryBackend {
  const backend: MemoryBackend = {
    requests: [],
    compositions: [],
    traceparents: [],
    failure: undefined,
    before: undefined,
    during: undefined,
    distort: (pictures) => pictures,
    async generate({ traceparent, withdrawn, ...request }) {
      backend.traceparents.push(traceparent);
      backend.requests.push(generateRequestSchema.parse(request));
      await Promise.race([backend.before?.(), ...(withdrawn && backend.before ? [aborted(withdrawn)] : [])]);
      if (withdrawn?.aborted) throw new ApiError('superseded');
      for (const { seed } of request.images) await backend.during?.(seed);
      if (backend.failure) throw backend.failure;
      const { images, ...common } = request;
      const pictures = images.map(async (image): Promise<GeneratedPicture> => {
        const fingerprint = await fingerprintOf({ ...common, ...image });
        const bytes = bytesOf(fingerprint);
        const hashes = hashesOf(fingerprint);
        return {
          fingerprint,
          seed: image.seed,
          bytes,
          hashes,
          etag: store.put(objectKeyOf(fingerprint, common.format, common.tenant), bytes, hashes),
        };
      });
      return { pictures: backend.distort(await Promise.all(pictures)), timings: NO_TIME };
    },
    async compose({ traceparent, ...request }) {
      backend.traceparents.push(traceparent);
      const { pictures, format, tenant } = composeRequestSchema.parse(request);
      backend.compositions.push(request);
      if (backend.failure) throw backend.failure;
      for (const picture of pictures) {
        if (await store.head(objectKeyOf(picture, 'png', tenant))) continue;
        throw new ApiError('backend_unavailable', { cause: new Error(`${picture} is not in the store`) });
      }
      const fingerprint = await compositionFingerprintOf(request);
      const bytes = bytesOf(fingerprint);
      const etag = store.put(objectKeyOf(fingerprint, format, tenant), bytes);
      return { fingerprint, etag, sizeBytes: bytes.length };
    },
  };
  return backend;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
