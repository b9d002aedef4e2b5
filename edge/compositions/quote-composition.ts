import type { CompositionPlan } from '../flight/flight.ts';
import { nameOfPlan } from '../flight/plan-name.ts';
import type { PlannedPicture } from '../generation/plan-pictures.ts';
import { type Quoted, type QuoteOptions, quotePictures } from '../generation/quote-pictures.ts';

export interface QuoteCompositionOptions<P extends PlannedPicture, F extends CompositionPlan>
  extends Omit<QuoteOptions<P>, 'isOwn' | 'withBytes'> {
  readonly isOwn?: (plan: P | F) => Promise<boolean>;
}

export interface QuotedComposition<P extends PlannedPicture, F extends CompositionPlan> {
  readonly pictures: readonly Quoted<P>[];
  readonly file: Quoted<F> | undefined;
}

/**
 * Looks up what exists, and says what each costs. Where the file does, so did all its pictures, whose URLs make them again
 * if need be: they are hits unseen, unless an earlier try of the same request may owe for them.
 */
export async function quoteComposition<P extends PlannedPicture, F extends CompositionPlan>(
  { pictures, file }: { readonly pictures: readonly P[]; readonly file: F | undefined },
  options: QuoteCompositionOptions<P, F>,
): Promise<QuotedComposition<P, F>> {
  const { source, prices, isOwn } = options;
  const stored = file && (await source.head(nameOfPlan(file)));
  if (file && stored && !isOwn) {
    const hit = { cache: 'hit', isStored: true, bytes: undefined, hashes: undefined } as const;
    return {
      pictures: pictures.map((picture) => ({ ...picture, ...hit, units: prices.hit })),
      file: { ...file, ...hit, hashes: stored.hashes, units: Math.min(prices.hit, prices.composition) },
    };
  }
  // The backend reads them from there.
  const inStore = file ? { ...source, head: source.headInStore } : source;
  const quoted = await quotePictures(pictures, { ...options, source: inStore, withBytes: false });
  if (!file) return { pictures: quoted, file: undefined };
  const isMade = !stored || ((await isOwn?.(file)) ?? false);
  const units = isMade ? prices.composition : Math.min(prices.hit, prices.composition);
  return {
    pictures: quoted,
    file: {
      ...file,
      cache: isMade ? 'miss' : 'hit',
      isStored: stored !== undefined,
      units,
      bytes: undefined,
      hashes: stored?.hashes,
    },
  };
}
