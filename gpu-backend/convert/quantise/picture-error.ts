/** Largest and smallest value of a picture. */
const PEAK = 1;

/** Peak signal-to-noise ratio over all pictures together, dB, after both are clamped to −1 … 1 as they are shown. */
export function pictureErrorDb(made: readonly Float32Array[], exact: readonly Float32Array[]): number {
  let squares = 0;
  let count = 0;
  for (const [picture, values] of exact.entries()) {
    const others = made[picture];
    if (others?.length !== values.length)
      throw new RangeError(`picture ${picture} is missing or of another size`);
    for (const [at, value] of values.entries()) squares += (clamp(others[at] as number) - clamp(value)) ** 2;
    count += values.length;
  }
  return 10 * Math.log10((2 * PEAK) ** 2 / (squares / count));
}

function clamp(value: number): number {
  return Math.min(PEAK, Math.max(-PEAK, value));
}
