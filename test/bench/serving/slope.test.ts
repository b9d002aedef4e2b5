import { describe, expect, it } from 'vitest';
import { floorsOf, slopeOf } from './slope.ts';

/** Memory that garbage collection takes back every ten samples, with a leak beneath. */
function saw(leak: number, length = 300) {
  return Array.from({ length }, (_, at) => ({ at, value: 200 + leak * at + (at % 10) * 3 }));
}

describe('slopeOf', () => {
  it('is that of a line, whatever some of its points say', () => {
    const line = Array.from({ length: 50 }, (_, at) => ({ at, value: 3 * at + (at % 10 === 0 ? 500 : 0) }));
    expect(slopeOf(line).median).toBeCloseTo(3, 1);
  });

  it('is uncertain where values scatter', () => {
    const noise = Array.from({ length: 20 }, (_, at) => ({ at, value: 100 * ((at * 7) % 11) }));
    const { low, high } = slopeOf(noise);
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(0);
  });

  it('has none of a single point', () => {
    expect(slopeOf([{ at: 0, value: 1 }])).toEqual({ median: Number.NaN, low: Number.NaN, high: Number.NaN });
  });
});

describe('floorsOf', () => {
  it('finds a leak beneath a sawtooth, and none where there is none', () => {
    const leaking = slopeOf(floorsOf(saw(0.01), 20));
    expect(leaking.median).toBeCloseTo(0.01, 3);
    expect(leaking.low).toBeGreaterThan(0.005);
    expect(slopeOf(floorsOf(saw(0), 20))).toEqual({ median: 0, low: 0, high: 0 });
  });
});
