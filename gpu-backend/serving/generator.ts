import { stagePromptsOf, textsOf } from '../contract/condition.ts';
import { ApiError } from '../contract/errors.ts';
import type { GenerateRequest, GenerateResult } from '../contract/generate.ts';
import { latentNoise } from '../contract/latent.ts';
import type { ModelManifest } from '../contract/model-card.ts';
import type { ScoreRequest, ScoreResult } from '../contract/scores.ts';
import type { FilePool } from '../pipeline/file-pool.ts';
import type { Tokenise } from '../pipeline/tokenise.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { Row } from './batch-input.ts';
import type { ByteBudget } from './byte-budget.ts';
import { checkRequest, checkScoreRequest } from './check-request.ts';
import type { Clock } from './clock.ts';
import { withDeadline } from './deadline.ts';
import { createInFlight } from './in-flight.ts';
import { createItemEncoder, type Item, itemsOf } from './item.ts';
import type { Limiter } from './limiter.ts';
import { Overloaded } from './overloaded.ts';
import type { Scheduler } from './scheduler.ts';
import { createScoreMemory } from './score-memory.ts';
import { createStageTrace } from './stage-trace.ts';
import { createStopwatch } from './stopwatch.ts';
import { type StoredPicture, storePicture } from './stored-picture.ts';
import type { TailEstimate } from './tail-estimate.ts';
import { NO_TRACE, type Trace } from './trace.ts';

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
   * @throws ApiError `model_mismatch`, `invalid_request`, `backend_unavailable` (with the time after which to come
   * again where there is too much to do), `storage_unavailable`, `deadline_exceeded`; whatever reason `withdrawn` aborts
   * with before the model has begun.
   */
  generate(request: GenerateRequest, trace?: Trace, withdrawn?: AbortSignal): Promise<Generated>;
  /**
   * How well pictures fit their condition: they are drawn again, and not kept, where that is not known yet.
   * @throws ApiError as `generate`.
   */
  score(request: ScoreRequest): Promise<ScoreResult>;
  /** Requests that were accepted and whose work has not ended. */
  inFlight(): number;
  /** Resolves when none is left. */
  idle(): Promise<void>;
}

export interface GeneratorOptions {
  readonly model: ModelManifest;
  readonly tokenise: Tokenise;
  /** As the model's second judge reads texts, where there is one. */
  readonly judgeTokenise?: Tokenise | undefined;
  readonly scheduler: Scheduler;
  readonly files: FilePool;
  readonly store: ObjectStore;
  /** Bounds the writes to the store that run at once. */
  readonly limitStore: Limiter;
  /** Bounds what accepted requests hold. */
  readonly memory: ByteBudget;
  /** Learns what follows the model. */
  readonly tail: TailEstimate;
  readonly clock: Clock;
  /** Bound of one request, ms. */
  readonly deadlineMs: number;
  /** Whether files say how they were made. @see pipeline/provenance.ts */
  readonly withProvenance: boolean;
  /** Told of each picture that was answered and could not be stored after that. */
  readonly onLost: (fingerprint: string, error: unknown) => void;
}

/** A picture that was answered; without tag when it is not stored yet. */
type Answered = Omit<StoredPicture, 'etag' | 'created'> &
  Pick<GenerateResult['images'][number], 'etag' | 'created'>;

/** Writes to the store that go on after the answer. */
type Deferred = Promise<unknown>[];

/** The use case: tokenise → text encoder and generator → encode → store, each picture going on as soon as it can. */
export function createGenerator(options: GeneratorOptions): Generator {
  const { model, tokenise, judgeTokenise, scheduler, store, limitStore, memory, tail, clock } = options;
  const { deadlineMs, onLost } = options;
  const { noiseDim, stages: stageCount } = model.generator;
  const encodeItem = createItemEncoder(options);
  const accepted = createInFlight();
  const known = createScoreMemory();

  const rowOf = ({ seed, latent, ...condition }: Omit<Item, 'fingerprint'>): Row => ({
    prompt: condition.prompt,
    stages: condition.stages && stagePromptsOf(condition, stageCount),
    tokenIds: new Map(textsOf(condition).map((text) => [text, tokenise(text)])),
    noise: latentNoise(seed, latent, noiseDim),
  });

  const generate = async (
    request: GenerateRequest,
    deadlineAtMs: number,
    signal: AbortSignal,
    deferred: Deferred,
    trace: Trace,
    withdrawn: AbortSignal | undefined,
  ): Promise<Generated> => {
    const watch = createStopwatch(clock);
    const stages = createStageTrace(trace, clock);
    const asked = await itemsOf(request);
    const items = [...new Map(asked.map((item) => [item.fingerprint, item])).values()];
    const caller = request.caller ?? request.tenant ?? '';
    const count = items.length;
    const rows = (): Row[] => {
      const made = items.map(rowOf);
      watch.tokenised();
      return made;
    };
    const made = stages.admission(() =>
      scheduler.run({ caller, count, rows, deadlineAtMs, withdrawn }, signal),
    );
    const stored = await allOf(
      made.map(async (promise, at) => {
        const row = await promise;
        const item = items[at] as Item;
        watch.made(row);
        stages.made(row);
        const file = await stages.timed('encode', () =>
          encodeItem(item, row, request, signal).finally(row.release),
        );
        watch.encoded();
        const write = limitStore(() => {
          signal.throwIfAborted();
          return stages.timed('store', () => storePicture(store, item.fingerprint, request, file));
        });
        if (request.durability !== 'deferred') return [item.fingerprint, await write] as const;
        deferred.push(write.catch((error: unknown) => onLost(item.fingerprint, error)));
        return [item.fingerprint, { ...file, etag: null, created: null }] as const;
      }),
    );
    tail.observe(watch.tailMs());
    return answer(asked, new Map<string, Answered>(stored), watch.timings());
  };

  const answer = (
    asked: readonly Item[],
    stored: ReadonlyMap<string, Answered>,
    timings: GenerateResult['timings'],
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

  const score = async (
    request: ScoreRequest,
    deadlineAtMs: number,
    signal: AbortSignal,
  ): Promise<ScoreResult> => {
    const { prompt, stages, candidates, judge = 'clip', caller = '' } = request;
    const texts = judge === 'independent' && judgeTokenise ? textsOf({ prompt, stages }) : [];
    const judgeTokenIds = judgeTokenise && new Map(texts.map((text) => [text, judgeTokenise(text)]));
    const names = await known.namesOf(request);
    const missing = new Map(names.map((name, at) => [name, candidates[at]]));
    for (const name of names) if (known.get(name) !== undefined) missing.delete(name);
    const drawn = [...missing.values()].filter((candidate) => candidate !== undefined);
    if (drawn.length > 0) {
      const inputs = (): Row[] =>
        drawn.map((candidate) => ({ ...rowOf({ prompt, stages, ...candidate }), judge, judgeTokenIds }));
      const asked = { caller, count: drawn.length, rows: inputs, deadlineAtMs };
      const made = scheduler.run(asked, signal);
      const rows = await allOf(
        made.map(async (promise) => {
          const row = await promise;
          row.release();
          return row;
        }),
      );
      for (const [at, name] of [...missing.keys()].entries()) known.set(name, rows[at]?.score ?? 0);
    }
    return { judge, scores: names.map((name) => known.get(name) ?? 0) };
  };

  return {
    inFlight: accepted.count,
    idle: accepted.idle,
    async score(request) {
      checkScoreRequest(request, model);
      const deadlineAtMs = clock.now() + deadlineMs;
      return withDeadline(clock, deadlineMs, (signal) =>
        accepted.track(score(request, deadlineAtMs, signal)),
      );
    },
    async generate(request, trace = NO_TRACE, withdrawn) {
      checkRequest(request, model);
      const free = memory.take(bytesOf(request, model.generator.imageSize));
      if (!free) throw new Overloaded('memory', scheduler.drainMs());
      const deadlineAtMs = clock.now() + deadlineMs;
      const deferred: Deferred = [];
      return withDeadline(clock, deadlineMs, (signal) => {
        const answer = generate(request, deadlineAtMs, signal, deferred, trace, withdrawn);
        // Held until the last of its work has ended, also where the answer went out before.
        const end = (): Promise<unknown> => Promise.all(deferred).finally(free);
        void accepted.track(answer.then(end, end));
        return answer;
      });
    },
  };
}

/** What a request holds while it is served, bytes: pixels and file of each picture, which is hardly larger. */
function bytesOf({ images, size }: GenerateRequest, nativeSize: number): number {
  return images.length * (3 * nativeSize ** 2 * Float32Array.BYTES_PER_ELEMENT + 2 * 3 * size ** 2);
}

/** Waits for all of them, also after one failed: nothing runs on behind an answer. */
async function allOf<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}
