import { useRef, useState } from 'preact/hooks';
import type { Images } from '../../client/api-types.ts';
import type { GalipError } from '../../client/errors.ts';
import type { Price } from '../api/images.ts';
import type { Wanted } from '../api/paint.ts';
import { useSession } from '../session.ts';
import { failureOf } from './failure-words.ts';
import { usePrice } from './use-price.ts';

export interface BestOf {
  readonly price: Price | undefined;
  /** The best first, with scores; of the present settings, or undefined. */
  readonly made: Images | undefined;
  readonly isBusy: boolean;
  readonly failure: GalipError | undefined;
  readonly make: () => void;
}

/**
 * Prices candidates, and makes them when told to.
 * @param wanted one object for as long as it is the same; undefined: nothing.
 * @param onBest told the best one's seed, unless something else is wanted by then.
 */
export function useBestOf(wanted: Wanted | undefined, onBest: (seed: number) => void): BestOf {
  const { api } = useSession();
  const [work, setWork] = useState<{
    readonly of?: Wanted;
    readonly made?: Images;
    readonly failure?: GalipError;
  }>({});
  const [isBusy, setBusy] = useState(false);
  const pricing = usePrice(wanted, ({ images }, { body }: Wanted) => images.quote(body), isBusy);
  const newest = useRef(wanted);
  newest.current = wanted;

  async function make(of: Wanted): Promise<void> {
    if (!api) return;
    setBusy(true);
    setWork({});
    try {
      const made = await api.images.create(of.body);
      setWork({ of, made });
      const [best] = made.data;
      if (best && newest.current === of) onBest(best.seed);
    } catch (error) {
      setWork({ of, failure: failureOf(error) });
    }
    setBusy(false);
  }

  const isPresent = wanted !== undefined && work.of === wanted;
  return {
    price: pricing.price,
    made: isPresent ? work.made : undefined,
    isBusy,
    failure: (isPresent ? work.failure : undefined) ?? pricing.failure,
    make: () => {
      if (wanted) void make(wanted);
    },
  };
}
