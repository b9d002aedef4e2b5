import type { ImageBody } from '../state/recipe.ts';

/** How a picture came, or would come: it existed, was made for this request, or was being made for another. */
export type CacheState = 'hit' | 'miss' | 'joined';

/** As much of an answer's picture as the page shows. */
export interface AnsweredImage {
  readonly url: string;
  readonly seed: number;
  readonly fingerprint: string;
  readonly cache: CacheState;
  readonly units: number;
}

/** A picture for each seed. */
export type SeedsBody = Omit<ImageBody, 'seed'> & { readonly seeds: readonly number[] };

/** Answer of a dry run. */
export interface Quote {
  readonly units: number;
  readonly data: readonly Omit<AnsweredImage, 'url'>[];
}
