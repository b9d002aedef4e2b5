/** A measurement that was taken at some point of time, or after so much work. */
export interface Sample {
  readonly at: number;
  readonly value: number;
}

/**
 * The slope of values that mostly lie on a line, per unit of `at`: the median of the slopes between all pairs, which a
 * fifth of outliers does not move. NaN where there are fewer than two samples.
 * @see Theil, A rank-invariant method of linear and polynomial regression analysis (1950); Sen, JASA 63 (1968)
 */
export function slopeOf(samples: readonly Sample[]): number {
  const slopes = samples.flatMap((a, index) =>
    samples.slice(index + 1).map((b) => (b.value - a.value) / (b.at - a.at)),
  );
  slopes.sort((a, b) => a - b);
  const middle = slopes.length >> 1;
  if (slopes.length % 2 === 1) return slopes[middle] as number;
  return ((slopes[middle - 1] ?? Number.NaN) + (slopes[middle] ?? Number.NaN)) / 2;
}

/**
 * The least value of each of `count` equal spans of the samples: what is in use once garbage has been collected, where
 * memory in between goes up and down.
 */
export function floorsOf(samples: readonly Sample[], count: number): Sample[] {
  const size = Math.max(1, Math.ceil(samples.length / count));
  return Array.from({ length: Math.ceil(samples.length / size) }, (_, span) =>
    samples
      .slice(span * size, (span + 1) * size)
      .reduce((least, sample) => (sample.value < least.value ? sample : least)),
  );
}
