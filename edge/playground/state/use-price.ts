import { useEffect, useMemo, useState } from 'preact/hooks';
import type { GalipError } from '../../client/errors.ts';
import type { Api } from '../api/api.ts';
import { useSession } from '../session.ts';
import { failureOf } from './failure-words.ts';
import { createLatest } from './latest.ts';

/** A pause after which the price is asked for. */
const SETTLED_MS = 250;

export interface Pricing<Price> {
  /** Undefined until it is known. */
  readonly price: Price | undefined;
  readonly failure: GalipError | undefined;
}

/**
 * What something would cost now.
 * @param wanted one object for as long as it is the same; undefined: nothing yet.
 * @param isBusy whether something is being made: once it is there it costs nothing any more, and the price is asked again.
 */
export function usePrice<Wanted, Price>(
  wanted: Wanted | undefined,
  ask: (api: Api, wanted: Wanted) => Promise<Price>,
  isBusy: boolean,
): Pricing<Price> {
  const { api, painted } = useSession();
  const [price, setPrice] = useState<Price>();
  const [failure, setFailure] = useState<GalipError>();
  const pricer = useMemo(
    () =>
      api &&
      createLatest<Wanted, Price>({
        run: (next) => ask(api, next),
        onDone(_, done) {
          setPrice(() => done);
          setFailure(undefined);
        },
        onFailed: (_, error) => setFailure(failureOf(error)),
        onBusy: () => undefined,
      }),
    [api],
  );
  useEffect(() => {
    setPrice(undefined);
    setFailure(undefined);
    pricer?.forget();
  }, [pricer, wanted]);
  useEffect(() => {
    if (!pricer || !wanted) return;
    const timer = setTimeout(() => pricer.ask(wanted), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [pricer, wanted, isBusy, painted]);
  return { price, failure };
}
