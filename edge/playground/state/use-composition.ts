import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Composition, CompositionQuote } from '../../client/api-types.ts';
import { ConnectionError, type GalipError, NotFoundError } from '../../client/errors.ts';
import type { Api } from '../api/api.ts';
import type { CompositionOrder, LandedPicture } from '../api/compositions.ts';
import { useSession } from '../session.ts';
import { countsOf, distinct } from './distinct.ts';
import { failureOf } from './failure-words.ts';
import { type HeldJob, heldJobOf } from './held-job.ts';
import { usePrice } from './use-price.ts';

/** Of more new pictures a job is made: it outlives the page. On a CPU these take a few seconds. */
const MAX_WATCHED = 24;

/** Something to be made, and what it is to its view. */
export interface Sheet<Of> {
  readonly order: CompositionOrder;
  readonly of: Of;
}

/** How far something is that is being made. */
export interface Progress {
  /** Undefined: it waits for its turn. */
  readonly all: number | undefined;
  readonly done: number;
  /** Each picture counted once; or a job's files, each as often as it stands in the composition. */
  readonly unit: 'pictures' | 'files';
}

export interface Composing<Of = unknown> {
  /** Undefined until it is known. */
  readonly price: CompositionQuote | undefined;
  /** Those that are there, by their place; of the order that was made last. */
  readonly pictures: ReadonlyMap<number, LandedPicture>;
  /** What was made last, whole; undefined: nothing, or not yet. */
  readonly made: Composition | undefined;
  /** What `pictures` and `made` are of. */
  readonly sheet: Sheet<Of> | undefined;
  /** Undefined: nothing is being made. */
  readonly progress: Progress | undefined;
  readonly failure: GalipError | undefined;
  readonly make: () => void;
  /** What is being made by then is still made, and paid. Undefined: not now. */
  readonly stop: (() => void) | undefined;
  /** Whether it was told to stop, and ends by itself. */
  readonly isStopping: boolean;
}

interface Work<Of> {
  readonly sheet?: Sheet<Of>;
  readonly pictures: ReadonlyMap<number, LandedPicture>;
  readonly progress?: Progress | undefined;
  readonly made?: Composition;
  readonly failure?: GalipError;
  /** Of a long one. */
  readonly jobId?: string;
  readonly isStopping?: boolean;
  /** Of who waits for it; undefined: nothing is being made. */
  readonly ending?: AbortController | undefined;
}

const NOTHING = { pictures: new Map<number, LandedPicture>() };

/**
 * Prices a composition, and makes it when told to: picture by picture, or as a job, which is found again where the page
 * was left meanwhile.
 * @param view under whose name its job is kept.
 * @param wanted one object for as long as it is the same; undefined: nothing yet.
 */
export function useComposition<Of>(view: string, wanted: Sheet<Of> | undefined): Composing<Of> {
  const { api } = useSession();
  const [work, setWork] = useState<Work<Of>>(NOTHING);
  const { ending, jobId, failure } = work;
  const { price, failure: priceFailure } = usePrice(wanted?.order, quote, ending !== undefined);
  const held = useMemo(() => heldJobOf<Of>(view), [view]);
  // Whoever leaves waits for nothing.
  useEffect(() => () => ending?.abort(), [ending]);
  useEffect(() => {
    const job = held.read();
    if (api && job) void resume(api, job);
  }, [api, held]);

  /** @param run undefined: it was cancelled. */
  async function begin(
    first: Work<Of>,
    run: (signal: AbortSignal, update: (part: Change<Of>) => void) => Promise<Composition | undefined>,
  ): Promise<void> {
    const mine = new AbortController();
    const update = (change: Change<Of>): void =>
      setWork((before) => (before.ending === mine ? { ...before, ...change(before) } : before));
    setWork({ ...first, ending: mine });
    try {
      const made = await run(mine.signal, update);
      if (made) update(() => ({ made, pictures: picturesOf(made) }));
      else setWork((before) => (before.ending === mine ? NOTHING : before));
    } catch (error) {
      update(() => ({ failure: failureOf(error) }));
    }
    update(() => ({ ending: undefined, progress: undefined }));
  }

  function watch({ compositions }: Api, sheet: Sheet<Of>): Promise<void> {
    const all = distinct(price?.data ?? []);
    const first: Work<Of> = { ...NOTHING, sheet, progress: { all, done: 0, unit: 'pictures' } };
    return begin(first, (signal, update) =>
      compositions.make(sheet.order, {
        signal,
        onPicture(picture) {
          // So that the browser has it by the time it is shown.
          new Image().src = picture.url;
          update((before) => {
            const pictures = new Map(before.pictures).set(picture.index, picture);
            return { pictures, progress: { all, done: distinct([...pictures.values()]), unit: 'pictures' } };
          });
        },
      }),
    );
  }

  function start(by: Api, sheet: Sheet<Of>): Promise<void> {
    return begin({ ...NOTHING, sheet, progress: WAITING }, async (signal, update) => {
      const id = await by.compositions.start(sheet.order);
      held.write({ id, sheet });
      update(() => ({ jobId: id }));
      return follow(by, id, signal, update);
    });
  }

  function resume(by: Api, { id, sheet }: HeldJob<Of>): Promise<void> {
    const isWanted = JSON.stringify(sheet.order) === JSON.stringify(wanted?.order);
    const first: Work<Of> = {
      ...NOTHING,
      jobId: id,
      progress: WAITING,
      sheet: isWanted && wanted ? wanted : sheet,
    };
    return begin(first, (signal, update) =>
      follow(by, id, signal, update).catch((error: unknown) => {
        // Of another key, or told a day ago.
        if (error instanceof NotFoundError) return undefined;
        throw error;
      }),
    );
  }

  async function follow(
    { compositions }: Api,
    id: string,
    signal: AbortSignal,
    update: (part: Change<Of>) => void,
  ): Promise<Composition | undefined> {
    try {
      const made = await compositions.follow(id, {
        signal,
        onProgress: (progress) =>
          update(() => ({
            progress: progress ? { all: progress.total, done: progress.done, unit: 'files' } : WAITING,
          })),
      });
      held.forget();
      return made;
    } catch (error) {
      // Unless it goes on all the same.
      if (!signal.aborted && !(error instanceof ConnectionError)) held.forget();
      throw error;
    }
  }

  function make(): void {
    const job = failure instanceof ConnectionError ? held.read() : undefined;
    if (!api || !wanted) return;
    if (job) void resume(api, job);
    else if (countsOf(price?.data ?? []).fresh > MAX_WATCHED) void start(api, wanted);
    else void watch(api, wanted);
  }

  function stopWatching(): void {
    setWork((before) => ({ ...before, ending: undefined, progress: undefined }));
  }

  function cancel(id: string): void {
    setWork((before) => ({ ...before, isStopping: true }));
    api?.jobs.cancel(id).catch((error: unknown) => {
      setWork((before) => ({ ...before, isStopping: false, failure: failureOf(error) }));
    });
  }

  const { pictures, made, sheet, progress, isStopping = false } = work;
  const stopJob = jobId === undefined || isStopping ? undefined : () => cancel(jobId);
  return {
    ...{ price, pictures, made, sheet, progress, isStopping, make },
    stop: progress?.unit === 'files' ? stopJob : stopWatching,
    failure: failure ?? priceFailure,
  };
}

type Change<Of> = (before: Work<Of>) => Partial<Work<Of>>;

const WAITING: Progress = { all: undefined, done: 0, unit: 'files' };

function picturesOf({ data }: Composition): Map<number, LandedPicture> {
  return new Map(data.map((picture, index) => [index, { ...picture, index }]));
}

function quote({ compositions }: Api, order: CompositionOrder): Promise<CompositionQuote> {
  return compositions.quote(order);
}
