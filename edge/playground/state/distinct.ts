import type { CacheState } from '../api/images.ts';

/** How many pictures these are: one may stand in several places, and is made, and paid, once. */
export function distinct(pictures: readonly { readonly fingerprint: string }[]): number {
  return new Set(pictures.map(({ fingerprint }) => fingerprint)).size;
}

/** Of pictures that are priced: how many would be made, and how many exist. */
export function countsOf(priced: readonly { readonly fingerprint: string; readonly cache: CacheState }[]): {
  readonly fresh: number;
  readonly found: number;
} {
  const fresh = distinct(priced.filter(({ cache }) => cache !== 'hit'));
  return { fresh, found: distinct(priced) - fresh };
}
