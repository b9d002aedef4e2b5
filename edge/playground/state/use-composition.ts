import { useEffect, useMemo } from 'preact/hooks';
import type { Composition, CompositionQuote } from '../../client/api-types.ts';
import { ConnectionError, type GalipError, NotFoundError } from '../../client/errors.ts';
import type { Api } from '../api/api.ts';
import type { CompositionOrder } from '../api/compositions.ts';
import { useSession } from '../session.ts';
import { type Progress, type Sheet, type UpdateWork, useWork, type Work } from './composition-work.ts';
import { countsOf, distinct } from './distinct.ts';
import { failureOf } from './failure-words.ts';
import { type HeldJob, heldJobOf } from './held-job.ts';
import { usePrice } from './use-price.ts';

/** Of more new pictures a job is made: it outlives the page. On a CPU these take a few seconds. */
const MAX_WATCHED = 24;

export interface Composing<Of = unknown>
  extends Pick<Work<Of>, 'sheet' | 'pictures' | 'made' | 'progress' | 'isStopping'> {
  /** Undefined until it is known. */
  readonly price: CompositionQuote | undefined;
  readonly failure: GalipError | undefined;
  readonly make: () => void;
  /** What is being made by then is still made, and paid. Undefined: not now. */
  readonly stop: (() => void) | undefined;
}

/**
 * Prices a composition, and makes it when told to: picture by picture, or as a job, which is found again where the page
 * was left meanwhile.
 * @param view under whose name its job is kept.
 * @param wanted one object for as long as it is the same; undefined: nothing yet.
 */
export function useComposition<Of>(view: string, wanted: Sheet<Of> | undefined): Composing<Of> {
  const { api } = useSession();
  const { work, change, begin, leave } = useWork<Of>();
  const { ending, jobId, failure, progress, isStopping = false } = work;
  const { price, failure: priceFailure } = usePrice(wanted?.order, quote, ending !== undefined);
  const held = useMemo(() => heldJobOf<Of>(view), [view]);
  useEffect(() => {
    const job = held.read();
    if (api && job) void resume(api, job);
  }, [api, held]);

  function watch({ compositions }: Api, sheet: Sheet<Of>): Promise<void> {
    const all = distinct(price?.data ?? []);
    return begin({ sheet, progress: { all, done: 0, unit: 'pictures' } }, (signal, update) =>
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
    return begin({ sheet, progress: WAITING }, async (signal, update) => {
      const id = await by.compositions.start(sheet.order);
      held.write({ id, sheet });
      update(() => ({ jobId: id }));
      return follow(by, id, signal, update);
    });
  }

  function resume(by: Api, { id, sheet }: HeldJob<Of>): Promise<void> {
    const isWanted = JSON.stringify(sheet.order) === JSON.stringify(wanted?.order);
    const first = { jobId: id, progress: WAITING, sheet: isWanted && wanted ? wanted : sheet };
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
    update: UpdateWork<Of>,
  ): Promise<Composition | undefined> {
    try {
      const made = await compositions.follow(id, {
        signal,
        onProgress: (told) =>
          update(() => ({ progress: told ? { all: told.total, done: told.done, unit: 'files' } : WAITING })),
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

  function cancel(id: string): void {
    change(() => ({ isStopping: true }));
    api?.jobs.cancel(id).catch((error: unknown) => {
      change(() => ({ isStopping: false, failure: failureOf(error) }));
    });
  }

  const cancelJob = jobId === undefined || isStopping ? undefined : () => cancel(jobId);
  return {
    ...work,
    price,
    failure: failure ?? priceFailure,
    make,
    stop: progress?.unit === 'files' ? cancelJob : leave,
  };
}

const WAITING: Progress = { all: undefined, done: 0, unit: 'files' };

function quote({ compositions }: Api, order: CompositionOrder): Promise<CompositionQuote> {
  return compositions.quote(order);
}
