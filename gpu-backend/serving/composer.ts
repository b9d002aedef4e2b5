import { type ComposeRequest, type ComposeResult, compositionFingerprintOf } from '../contract/compose.ts';
import { ApiError } from '../contract/errors.ts';
import { objectKeyOf } from '../contract/fingerprint.ts';
import type { ModelManifest } from '../contract/model-card.ts';
import type { FilePool } from '../pipeline/file-pool.ts';
import { compositionXmpOf } from '../pipeline/provenance.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { Clock } from './clock.ts';
import { withDeadline } from './deadline.ts';
import { createInFlight } from './in-flight.ts';
import { createLimiter } from './limiter.ts';
import { Overloaded } from './overloaded.ts';
import { storePicture } from './stored-picture.ts';

/** Pictures that are read for one composition at a time. */
const READS_AT_ONCE = 16;
/** Pixels, the encoder's own copy of them, and files in and out, in bytes for each pixel. */
const BYTES_PER_PIXEL = 12;
/** When a composition that has no room is worth to be asked for again, ms: about what one takes. */
const ROOM_AFTER_MS = 2_000;

export interface Composer {
  /**
   * Stored pictures → one stored file.
   * @throws ApiError `model_mismatch`; `invalid_request` for a picture that is not in the store;
   * `backend_unavailable` where there is no memory for it now; `storage_unavailable`; `deadline_exceeded`.
   */
  compose(request: ComposeRequest): Promise<ComposeResult>;
  /** Resolves when nothing that was accepted is left. */
  idle(): Promise<void>;
}

export interface ComposerOptions {
  readonly model: Pick<ModelManifest, 'id' | 'digest'>;
  readonly files: FilePool;
  readonly store: ObjectStore;
  /** Bounds what accepted requests hold. */
  readonly memory: ByteBudget;
  readonly clock: Clock;
  /** Bound of one request, ms. */
  readonly deadlineMs: number;
  /** Whether files say how they were made. @see pipeline/provenance.ts */
  readonly withProvenance: boolean;
}

export function createComposer(options: ComposerOptions): Composer {
  const { model, files, store, memory, clock, deadlineMs, withProvenance } = options;
  const accepted = createInFlight();

  async function read(
    { pictures, tenant }: ComposeRequest,
    signal: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>[]> {
    const limited = createLimiter(READS_AT_ONCE);
    const read = new Map(
      await Promise.all(
        [...new Set(pictures)].map(async (fingerprint) => {
          const object = await limited(() => {
            signal.throwIfAborted();
            return store.get(objectKeyOf(fingerprint, 'png', tenant));
          });
          return [fingerprint, object?.bytes] as const;
        }),
      ),
    );
    return pictures.map((fingerprint, at) => {
      const bytes = read.get(fingerprint);
      if (bytes) return bytes;
      const param = `pictures[${at}]`;
      throw new ApiError('invalid_request', { param, message: `${param} is not in the store.` });
    });
  }

  async function compose(request: ComposeRequest, signal: AbortSignal): Promise<ComposeResult> {
    const { size, layout, format, quality } = request;
    const fingerprint = await compositionFingerprintOf(request);
    const pictures = await read(request, signal);
    const made = { modelId: model.id, modelDigest: model.digest, fingerprint };
    const xmp = withProvenance ? compositionXmpOf(made) : undefined;
    const file = await files.make({ pictures, size, layout, format, quality, xmp }, signal);
    signal.throwIfAborted();
    const { etag, bytes, hashes } = await storePicture(store, fingerprint, request, file);
    return { fingerprint, etag, sizeBytes: bytes.length, ...(hashes && { hashes }) };
  }

  return {
    idle: accepted.idle,
    async compose(request) {
      if (request.model !== model.digest) {
        const message = `This backend runs the model ${model.digest}.`;
        throw new ApiError('model_mismatch', { message, param: 'model' });
      }
      const free = memory.take(request.pictures.length * request.size ** 2 * BYTES_PER_PIXEL);
      if (!free) throw new Overloaded('memory', ROOM_AFTER_MS);
      return withDeadline(clock, deadlineMs, (signal) => {
        const answer = compose(request, signal);
        void accepted.track(answer.then(free, free));
        return answer;
      });
    },
  };
}
