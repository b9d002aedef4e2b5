import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { GalipError } from '../../client/errors.ts';
import type { Price } from '../api/images.ts';
import type { ShownPicture, Wanted } from '../api/paint.ts';
import { useSession } from '../session.ts';
import { failureOf } from './failure-words.ts';
import { createLatest } from './latest.ts';
import { createNewest } from './newest.ts';

/** A pause in typing after which it is painted: shorter, and each letter would be a picture that is paid for. */
const TYPING_MS = 180;

export type PaintingMode = 'live' | 'priced' | 'resting';

export interface Painting {
  /** The newest picture, which may be of older settings than those on the screen. */
  readonly picture: ShownPicture | undefined;
  readonly isBusy: boolean;
  readonly failure: GalipError | undefined;
  /** What the wanted picture would cost; undefined while it is painted at once. */
  readonly price: Price | undefined;
  readonly paintNow: () => void;
}

/**
 * Paints what is wanted as it changes (`live`), says what it would cost (`priced`), or leaves all as it is (`resting`).
 * @param wanted one object for as long as it is the same; undefined: nothing yet.
 */
export function usePainting(wanted: Wanted | undefined, mode: PaintingMode): Painting {
  const { api } = useSession();
  const [picture, setPicture] = useState<ShownPicture>();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<GalipError>();
  const [price, setPrice] = useState<Price>();

  const shown = useRef<ShownPicture | undefined>(undefined);
  const workers = useMemo(
    () =>
      api && {
        painter: createNewest<Wanted, ShownPicture>({
          run: (next) => api.paint(next),
          onDone(_, done) {
            // Where its pixels were kept in memory, they are there no longer than they are shown.
            if (shown.current) URL.revokeObjectURL(shown.current.source);
            shown.current = done;
            setPicture(done);
            setFailure(undefined);
          },
          onFailed: (_, error) => setFailure(failureOf(error)),
          onBusy: setBusy,
        }),
        pricer: createLatest<Wanted, Price>({
          run: ({ body }) => api.images.quote(body),
          onDone: (_, done) => setPrice(done),
          // What is wrong with the settings is said when they are painted.
          onFailed: () => setPrice(undefined),
          onBusy: () => undefined,
        }),
      },
    [api],
  );

  const title = useRef(wanted?.title);
  useEffect(() => {
    if (!workers) return;
    const isTyped = title.current !== wanted?.title;
    title.current = wanted?.title;
    setPrice(undefined);
    workers.pricer.forget();
    if (!wanted) {
      workers.painter.forget();
      setPicture(undefined);
      setFailure(undefined);
      return;
    }
    if (mode === 'resting') return;
    const ask = (): void => (mode === 'live' ? workers.painter : workers.pricer).ask(wanted);
    if (!isTyped) return ask();
    const timer = setTimeout(ask, TYPING_MS);
    return () => clearTimeout(timer);
  }, [workers, wanted, mode]);

  return {
    picture,
    isBusy,
    failure,
    price,
    paintNow: () => {
      if (wanted) workers?.painter.ask(wanted);
    },
  };
}
