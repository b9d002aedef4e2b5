import { ApiError } from '../contract/errors.ts';
import type { GenerateRequest, GenerateResult, StageTimings } from '../contract/generate.ts';
import type { ModelManifest } from '../contract/model-card.ts';
import { noiseFromSeed } from '../contract/noise.ts';
import type { Tokenise } from '../pipeline/tokenise.ts';
import type { InferenceBatch } from '../runtime/inference.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { checkRequest } from './check-request.ts';
import type { Clock } from './clock.ts';
import { withDeadline } from './deadline.ts';
import { createItemEncoder, type Item, itemsOf } from './item.ts';
import type { Scheduler } from './scheduler.ts';
import { type StoredPicture, storePicture } from './stored-picture.ts';

interface Picture {
  readonly fingerprint: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface Generated {
  readonly result: GenerateResult;
  /** One for each entry of `result.images`, in that order. */
  readonly pictures: readonly Picture[];
}

export interface Generator {
  /**
   * Prompts and seeds → stored pictures.
   * @throws ApiError `model_mismatch`, `invalid_request`, `backend_unavailable`, `storage_unavailable`,
   * `deadline_exceeded`.
   */
  generate(request: GenerateRequest): Promise<Generated>;
}

export interface GeneratorOptions {
  readonly model: ModelManifest;
  readonly tokenise: Tokenise;
  readonly scheduler: Scheduler;
  readonly store: ObjectStore;
  readonly clock: Clock;
  /** Bound of one request, ms. */
  readonly deadlineMs: number;
  /** Whether files say how they were made. @see pipeline/provenance.ts */
  readonly withProvenance: boolean;
}

/** The use case: tokenise → text encoder and generator → encode → store. */
export function createGenerator(options: GeneratorOptions): Generator {
  const { model, tokenise, scheduler, store, clock, deadlineMs, withProvenance } = options;
  const encodeItem = createItemEncoder(model, withProvenance);

  const batchOf = (items: readonly Item[]): InferenceBatch => {
    const { noiseDim } = model.generator;
    const noise = new Float32Array(items.length * noiseDim);
    for (const [row, { seed }] of items.entries()) noise.set(noiseFromSeed(seed, noiseDim), row * noiseDim);
    const { ids, batch } = tokenise(items.map(({ prompt }) => prompt));
    return { tokenIds: ids, noise, batch };
  };

  const generate = async (request: GenerateRequest, signal: AbortSignal): Promise<Generated> => {
    const lap = createStopwatch(clock);
    const asked = await itemsOf(request);
    const items = [...new Map(asked.map((item) => [item.fingerprint, item])).values()];

    const batch = batchOf(items);
    const tokeniseMs = lap();
    const { images, queueMs, textEncoderMs, generatorMs } = await scheduler.run(batch, signal);
    lap();
    const imageLength = images.length / items.length;
    const files = await allOf(
      items.map((item, row) =>
        encodeItem(item, images.subarray(row * imageLength, (row + 1) * imageLength), request),
      ),
    );
    const encodeMs = lap();
    signal.throwIfAborted();
    const stored = await allOf(
      items.map(async ({ fingerprint }, at) => {
        const bytes = files[at] as Uint8Array<ArrayBuffer>;
        return [fingerprint, await storePicture(store, fingerprint, request, bytes)] as const;
      }),
    );
    const storeMs = lap();
    const stages = { queueMs, tokeniseMs, textEncoderMs, generatorMs, encodeMs, storeMs };
    return answer(asked, new Map(stored), { ...stages, totalMs: lap.total() });
  };

  const answer = (
    asked: readonly Item[],
    stored: ReadonlyMap<string, StoredPicture>,
    timings: StageTimings,
  ): Generated => {
    const rows = asked.map(({ fingerprint, seed }) => {
      const picture = stored.get(fingerprint);
      if (!picture)
        throw new ApiError('internal_error', { cause: new Error(`${fingerprint} was not stored`) });
      return { fingerprint, seed, ...picture };
    });
    return {
      result: {
        native: model.generator.imageSize,
        images: rows.map(({ bytes: _, ...image }) => image),
        timings,
      },
      pictures: rows.map(({ fingerprint, bytes }) => ({ fingerprint, bytes })),
    };
  };

  return {
    async generate(request) {
      checkRequest(request, model);
      return withDeadline(clock, deadlineMs, (signal) => generate(request, signal));
    },
  };
}

/** Waits for all of them, also after one failed: nothing runs on behind an answer. */
async function allOf<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

interface Stopwatch {
  /** Milliseconds since the last lap. */
  (): number;
  total(): number;
}

function createStopwatch(clock: Clock): Stopwatch {
  const startedAt = clock.now();
  let lapAt = startedAt;
  const lap = (): number => {
    const before = lapAt;
    lapAt = clock.now();
    return lapAt - before;
  };
  return Object.assign(lap, { total: () => clock.now() - startedAt });
}
