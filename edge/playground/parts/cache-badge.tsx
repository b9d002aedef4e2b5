import type { JSX } from 'preact';
import type { CacheState } from '../api/images.ts';

const SAID = { hit: 'was made before', miss: 'made for you', joined: 'made for several' };
const TO_COME = { hit: 'exists already', miss: 'to be made', joined: 'in the making' };

export interface CacheBadgeProps {
  readonly cache: CacheState;
  readonly units: number;
  /** Whether this is what a picture would cost. */
  readonly isQuote?: boolean;
}

/** What a picture cost, or would cost, and whether it existed. */
export function CacheBadge({ cache, units, isQuote = false }: CacheBadgeProps): JSX.Element {
  return (
    <span class="badge" data-cache={cache}>
      {priceOf(units)} · {(isQuote ? TO_COME : SAID)[cache]}
    </span>
  );
}

export function priceOf(units: number): string {
  if (units === 0) return 'free';
  return units === 1 ? '1 unit' : `${units} units`;
}
