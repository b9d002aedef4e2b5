/** Between which values a channel lay; zero is among them always. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** What was seen of a map, channel by channel. */
export type Ranges = readonly Range[];

/**
 * The ranges with one more picture's values.
 * @param values `[1, channels, …]`
 */
export function widenRanges(ranges: Ranges | undefined, values: Float32Array, channels: number): Ranges {
  const size = values.length / channels;
  return Array.from({ length: channels }, (_, channel) => {
    let { min, max } = ranges?.[channel] ?? { min: 0, max: 0 };
    for (const value of values.subarray(channel * size, (channel + 1) * size)) {
      if (value < min) min = value;
      if (value > max) max = value;
    }
    return { min, max };
  });
}
