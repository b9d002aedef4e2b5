import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { GalipError } from '../../client/errors.ts';
import type { AnsweredImage, Price } from '../api/images.ts';
import { paintAll } from '../api/paint.ts';
import { useSession } from '../session.ts';
import { failureOf } from './failure-words.ts';
import { type GridPlan, rowBodyOf, rowsOf, seedsOf } from './grid-plan.ts';
import { createLatest } from './latest.ts';

/** A pause after which the price of a sheet is asked for. */
const SETTLED_MS = 250;

/** A sheet that is painted, or was. */
export interface Sheet {
  readonly plan: GridPlan;
  /** Row by row as they come; the last may still be missing. */
  readonly rows: readonly (readonly AnsweredImage[])[];
}

export interface Grid {
  readonly price: Price | undefined;
  readonly sheet: Sheet | undefined;
  readonly isBusy: boolean;
  readonly failure: GalipError | undefined;
  readonly paintSheet: () => void;
  /** Ends after the row that is being painted. */
  readonly stop: () => void;
}

/** What the sheet of a plan costs, and its painting row by row. */
export function useGrid(plan: GridPlan): Grid {
  const { api, model } = useSession();
  const [price, setPrice] = useState<Price>();
  const [sheet, setSheet] = useState<Sheet>();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<GalipError>();
  const run = useRef(0);
  const nativePx = model?.native;

  const bodies = useMemo(
    () => (nativePx === undefined ? [] : rowsOf(plan).map((row) => rowBodyOf(row, seedsOf(plan), nativePx))),
    [plan, nativePx],
  );
  const pricer = useMemo(
    () =>
      api &&
      createLatest<typeof bodies, Price>({
        run: async (wanted) => joined(await Promise.all(wanted.map((body) => api.images.quote(body)))),
        onDone(_, done) {
          setPrice(done);
          setFailure(undefined);
        },
        onFailed: (_, error) => setFailure(failureOf(error)),
        onBusy: () => undefined,
      }),
    [api],
  );
  useEffect(() => {
    setPrice(undefined);
    pricer?.forget();
    if (!pricer || bodies.length === 0) return;
    const timer = setTimeout(() => pricer.ask(bodies), SETTLED_MS);
    return () => clearTimeout(timer);
    // Once a sheet is painted it costs something else.
  }, [pricer, bodies, isBusy]);
  useEffect(
    () => () => {
      run.current += 1;
    },
    [],
  );

  async function paintSheet(): Promise<void> {
    if (!api) return;
    run.current += 1;
    const mine = run.current;
    setBusy(true);
    setFailure(undefined);
    setSheet({ plan, rows: [] });
    try {
      for (const body of bodies) {
        const row = await paintAll(api, body);
        if (mine !== run.current) return;
        setSheet((before) => before && { ...before, rows: [...before.rows, row] });
      }
    } catch (error) {
      if (mine === run.current) setFailure(failureOf(error));
    }
    if (mine === run.current) setBusy(false);
  }

  return {
    price,
    sheet,
    isBusy,
    failure,
    paintSheet: () => void paintSheet(),
    stop: () => {
      run.current += 1;
      setBusy(false);
    },
  };
}

function joined(quotes: readonly Price[]): Price {
  return {
    units: quotes.reduce((sum, { units }) => sum + units, 0),
    data: quotes.flatMap(({ data }) => data),
  };
}
