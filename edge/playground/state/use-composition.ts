import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Composition, CompositionQuote } from '../../client/api-types.ts';
import type { GalipError } from '../../client/errors.ts';
import type { CompositionOrder, LandedPicture } from '../api/compositions.ts';
import { useSession } from '../session.ts';
import { failureOf } from './failure-words.ts';
import { createLatest } from './latest.ts';

/** A pause after which the price is asked for. */
const SETTLED_MS = 250;

/** Something to be made, and what it is to its view. */
export interface Sheet<Of> {
  readonly order: CompositionOrder;
  readonly of: Of;
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
  readonly isBusy: boolean;
  /** Of what is being made, each picture counted once: how many there are, and how many of them are there. */
  readonly progress: { readonly all: number; readonly done: number };
  readonly failure: GalipError | undefined;
  readonly make: () => void;
  /** What is being made by then is still made, and paid. */
  readonly stop: () => void;
}

interface Work<Of> {
  readonly sheet: Sheet<Of> | undefined;
  readonly pictures: ReadonlyMap<number, LandedPicture>;
  readonly all: number;
  readonly made?: Composition;
  readonly failure?: GalipError;
  readonly ending?: AbortController | undefined;
}

/**
 * Prices a composition, and makes it when told to, picture by picture.
 * @param wanted one object for as long as it is the same; undefined: nothing yet.
 */
export function useComposition<Of>(wanted: Sheet<Of> | undefined): Composing<Of> {
  const { api, painted } = useSession();
  const [price, setPrice] = useState<CompositionQuote>();
  const [priceFailure, setPriceFailure] = useState<GalipError>();
  const [work, setWork] = useState<Work<Of>>({ sheet: undefined, pictures: new Map(), all: 0 });
  const isBusy = work.ending !== undefined;

  const pricer = useMemo(
    () =>
      api &&
      createLatest<CompositionOrder, CompositionQuote>({
        run: (order) => api.compositions.quote(order),
        onDone(_, done) {
          setPrice(done);
          setPriceFailure(undefined);
        },
        onFailed: (_, error) => setPriceFailure(failureOf(error)),
        onBusy: () => undefined,
      }),
    [api],
  );
  useEffect(() => {
    setPrice(undefined);
    setPriceFailure(undefined);
    pricer?.forget();
  }, [pricer, wanted]);
  useEffect(() => {
    if (!pricer || !wanted) return;
    const timer = setTimeout(() => pricer.ask(wanted.order), SETTLED_MS);
    return () => clearTimeout(timer);
    // What was made meanwhile costs nothing any more.
  }, [pricer, wanted, isBusy, painted]);
  // Whoever leaves waits for nothing.
  useEffect(() => () => work.ending?.abort(), [work.ending]);

  async function make(): Promise<void> {
    if (!api || !wanted) return;
    const ending = new AbortController();
    const update = (change: (before: Work<Of>) => Work<Of>): void =>
      setWork((before) => (before.ending === ending ? change(before) : before));
    setWork({ sheet: wanted, pictures: new Map(), all: distinct(price?.data ?? []), ending });
    try {
      const made = await api.compositions.make(wanted.order, {
        signal: ending.signal,
        onPicture(picture) {
          // So that the browser has it by the time it is shown.
          new Image().src = picture.url;
          update((before) => ({
            ...before,
            pictures: new Map(before.pictures).set(picture.index, picture),
          }));
        },
      });
      update((before) => ({ ...before, made, ending: undefined }));
    } catch (error) {
      update((before) => ({ ...before, failure: failureOf(error), ending: undefined }));
    }
  }

  return {
    price,
    pictures: work.pictures,
    made: work.made,
    sheet: work.sheet,
    isBusy,
    progress: { all: work.all, done: distinct([...work.pictures.values()]) },
    failure: work.failure ?? priceFailure,
    make: () => void make(),
    stop: () => setWork((before) => ({ ...before, ending: undefined })),
  };
}

/** A picture may be several frames: it is made, and paid, once. */
export function distinct(pictures: readonly { readonly fingerprint: string }[]): number {
  return new Set(pictures.map(({ fingerprint }) => fingerprint)).size;
}
