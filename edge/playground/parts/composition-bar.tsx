import type { JSX } from 'preact';
import { useSession } from '../session.ts';
import { type Composing, distinct } from '../state/use-composition.ts';
import { priceOf } from './cache-badge.tsx';

export interface CompositionBarProps {
  readonly composing: Composing;
  /** What the button does: "Paint 16 pictures". */
  readonly action: string;
  /** Said until there is something to price. */
  readonly invitation: string;
}

/** What a composition costs, the button that makes it, and how far that is. */
export function CompositionBar({ composing, action, invitation }: CompositionBarProps): JSX.Element {
  const { api, askForKey } = useSession();
  const { price, isBusy, progress, make, stop } = composing;
  if (!api) {
    return (
      <div class="price">
        <button type="button" class="button" onClick={askForKey}>
          Add your key
        </button>
        <p>With a key, its price is told before it is painted.</p>
      </div>
    );
  }
  if (isBusy) {
    const { all, done } = progress;
    return (
      <div class="price">
        <button type="button" class="button quiet" onClick={stop}>
          Stop
        </button>
        <progress max={all} value={done} aria-label="Pictures that are there" />
        <p>
          {done} of {all} pictures
        </p>
      </div>
    );
  }
  const all = price?.data ?? [];
  const fresh = distinct(all.filter(({ cache }) => cache !== 'hit'));
  const found = distinct(all) - fresh;
  return (
    <div class="price">
      <button type="button" class="button" disabled={!price} onClick={make}>
        {price ? `${action} · ${priceOf(price.units)}` : action}
      </button>
      <p>{price ? `${fresh} to be made, ${found} exist already` : invitation}</p>
    </div>
  );
}
