/** The price list, in units: integers ≥ 0. */
export interface Prices {
  /** A picture made at the model's own size. */
  readonly picture: number;
  /** Each step of resampling, on top. @see resampleSteps */
  readonly resample: number;
  /** Putting pictures together, beside what these cost. */
  readonly composition: number;
  /** A picture that exists, or that another request is making. */
  readonly hit: number;
}

export interface PricedPicture {
  /** Edge of the picture asked for, pixels. */
  readonly size: number;
  /** Whether it must be made. */
  readonly made: boolean;
}

/** What a picture costs: the quote of a dry run, the reservation and the charge are all this. `native`: the model's edge. */
export function priceOf(
  { size, made }: PricedPicture,
  prices: Omit<Prices, 'composition'>,
  native: number,
): number {
  return made ? prices.picture + prices.resample * resampleSteps(size, native) : prices.hit;
}

/** 0 at the model's own size; else 1, and 1 more for each doubling begun beyond the first. */
function resampleSteps(size: number, native: number): number {
  if (size === native) return 0;
  let steps = 1;
  for (let edge = native * 2; edge < size; edge *= 2) steps += 1;
  return steps;
}
