import { describe, expect, it } from 'vitest';
import { type Ranges, widenRanges } from '../../../gpu-backend/convert/quantise/ranges.ts';
import { inputScales, outputScales, type Scales } from '../../../gpu-backend/convert/quantise/scales.ts';

/** Two channels, one ten times as large as the other. */
const VALUES: Float32Array = Float32Array.from({ length: 200 }, (_, at) =>
  at < 100 ? at / 100 - 0.1 : (at - 100) / 10 - 1,
);
const RANGES: Ranges = widenRanges(undefined, VALUES, 2);

function kept(value: number, channel: number, { scale, zeroPoint }: Scales): number {
  const [step, zero] = [scale[channel] as number, zeroPoint[channel] as number];
  return step * (Math.min(255, Math.max(0, Math.round(value / step) + zero)) - zero);
}

describe('scales', () => {
  it.each([
    ['outputs', outputScales(RANGES), 0.1],
    ['inputs', inputScales(RANGES, false), 0.1],
    ['inputs of one scale', inputScales(RANGES, true), 1],
  ])('of %s keep every value within a step or two, and zero exactly', (_, scales, share) => {
    for (const [channel, range] of [
      [0, share],
      [1, 1],
    ] as const) {
      expect(kept(0, channel, scales)).toBe(0);
      for (const value of VALUES.subarray(channel * 100, channel * 100 + 100)) {
        // A quiet channel's range is a fifth of the loudest one's at least.
        expect(Math.abs(kept(value, channel, scales) - value)).toBeLessThanOrEqual(
          (10 * Math.max(range, 0.2)) / 200,
        );
      }
    }
  });

  it('are larger for larger channels, unless they are shared', () => {
    const ratio = ({ scale }: Scales): number => (scale[1] as number) / (scale[0] as number);
    expect(ratio(outputScales(RANGES))).toBeGreaterThan(4);
    expect(ratio(inputScales(RANGES, false))).toBeGreaterThan(4);
    expect(ratio(inputScales(RANGES, true))).toBe(1);
  });

  it('have one zero point for an input, whatever its channels', () => {
    expect(new Set(inputScales(RANGES, false).zeroPoint).size).toBe(1);
  });

  it('are those of all pictures', () => {
    const more = widenRanges(
      RANGES,
      VALUES.map((value) => 3 * value),
      2,
    );
    expect(more.map(({ max }) => max)).toEqual(RANGES.map(({ max }) => Math.fround(3 * max)));
  });

  it('of a map that is zero always are usable', () => {
    const silent = widenRanges(undefined, new Float32Array(8), 2);
    expect(
      [...outputScales(silent).scale, ...inputScales(silent, false).scale].every((scale) => scale > 0),
    ).toBe(true);
  });
});
