import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type ApiFailure, failureOf } from '../api/api-failure.ts';
import type { Quote } from '../api/images.ts';
import { type Picture, paint, quote } from '../api/paint.ts';
import { useSession } from '../session.ts';
import { createLatest } from './latest.ts';
import { imageBodyOf, type Recipe } from './recipe.ts';

/** A pause in typing after which it is painted: shorter, and each letter would be a picture that is paid for. */
const TYPING_MS = 180;

export interface Painting {
  /** The newest picture, which may be of older settings than those on the screen. */
  readonly picture: Picture | undefined;
  readonly isBusy: boolean;
  readonly failure: ApiFailure | undefined;
  /** What these settings would cost; undefined while they are painted at once. */
  readonly price: Quote | undefined;
  readonly paintNow: () => void;
}

/** Paints the recipe as it changes (`isLive`), else says what it would cost. */
export function usePainting(recipe: Recipe, isLive: boolean): Painting {
  const { api, model } = useSession();
  const [picture, setPicture] = useState<Picture>();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiFailure>();
  const [price, setPrice] = useState<Quote>();
  const nativePx = model?.native;
  const isBlank = recipe.prompt.trim() === '';

  const painter = useMemo(() => {
    if (!api || nativePx === undefined) return undefined;
    return createLatest<Recipe, Picture>({
      run: (wanted) => paint(api, wanted, nativePx),
      onDone(_, done) {
        setPicture(done);
        setFailure(undefined);
      },
      onFailed: (_, error) => setFailure(failureOf(error)),
      onBusy: setBusy,
    });
  }, [api, nativePx]);
  const pricer = useMemo(() => {
    if (!api || nativePx === undefined) return undefined;
    return createLatest<Recipe, Quote>({
      run: (wanted) => quote(api, imageBodyOf(wanted, nativePx)),
      onDone: (_, done) => setPrice(done),
      // What is wrong with the settings is said when they are painted.
      onFailed: () => setPrice(undefined),
      onBusy: () => undefined,
    });
  }, [api, nativePx]);

  const prompt = useRef(recipe.prompt);
  useEffect(() => {
    if (!painter || !pricer) return;
    const isTyped = prompt.current !== recipe.prompt;
    prompt.current = recipe.prompt;
    setPrice(undefined);
    painter.forget();
    pricer.forget();
    if (isBlank) {
      setPicture(undefined);
      setFailure(undefined);
      return;
    }
    const ask = (): void => (isLive ? painter : pricer).ask(recipe);
    if (!isTyped) return ask();
    const timer = setTimeout(ask, TYPING_MS);
    return () => clearTimeout(timer);
  }, [painter, pricer, recipe, isLive, isBlank]);

  return { picture, isBusy, failure, price, paintNow: () => void (isBlank || painter?.ask(recipe)) };
}
