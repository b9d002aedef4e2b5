/** A measurement that was taken at some point of time, or after so much work. */
export interface Sample {
  readonly at: number;
  readonly value: number;
}

export interface Slope {
  /** Per unit of `at`. */
  readonly median: number;
  /** Between these it lies, 95 times of 100; they are far apart where samples are few or scatter. */
  readonly low: number;
  readonly high: number;
}

/** Deviations of a normal distribution that 95 % lie within. */
const CONFIDENCE = 1.96;

/**
 * The slope of values that mostly lie on a line: the median of the slopes between all pairs, which a fifth of outliers
 * does not move. NaN where there are fewer than two samples.
 * @see Theil, A rank-invariant method of linear and polynomial regression analysis (1950); Sen, JASA 63 (1968)
 */
export function slopeOf(samples: readonly Sample[]): Slope {
  const slopes = samples.flatMap((a, index) =>
    samples.slice(index + 1).map((b) => (b.value - a.value) / (b.at - a.at)),
  );
  slopes.sort((a, b) => a - b);
  const count = samples.length;
  const deviation = Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18);
  const at = (rank: number): number =>
    slopes[Math.min(slopes.length - 1, Math.max(0, Math.round(rank)))] ?? Number.NaN;
  return {
    median: at((slopes.length - 1) / 2),
    low: at((slopes.length - CONFIDENCE * deviation) / 2 - 1),
    high: at((slopes.length + CONFIDENCE * deviation) / 2),
  };
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
