/** A distribution by its values at equal steps of probability, from the least to the greatest; one value is a constant. */
export type Quantiles = readonly number[];

/** Steps that a measured distribution is kept in: the last is its slowest hundredth. */
const STEPS = 100;

/** @throws RangeError when there is no sample. */
export function quantilesOf(samples: readonly number[]): number[] {
  if (samples.length === 0) throw new RangeError('a distribution needs at least one sample');
  const ascending = samples.toSorted((a, b) => a - b);
  return Array.from({ length: STEPS + 1 }, (_, step) => valueAt(ascending, step / STEPS));
}

/** The value that a share of all does not pass; `share` in [0, 1]. Between two of them as on a line. */
export function valueAt(quantiles: Quantiles, share: number): number {
  const place = share * (quantiles.length - 1);
  const below = Math.floor(place);
  const low = quantiles[below] as number;
  const high = quantiles[Math.min(below + 1, quantiles.length - 1)] as number;
  return low + (place - below) * (high - low);
}

export function meanOf(quantiles: Quantiles): number {
  if (quantiles.length === 1) return quantiles[0] as number;
  const pairs = quantiles.slice(1).map((high, at) => (high + (quantiles[at] as number)) / 2);
  return pairs.reduce((sum, value) => sum + value, 0) / pairs.length;
}
