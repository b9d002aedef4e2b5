import { describe, expect, it } from 'vitest';
import { floorsOf, slopeOf } from './slope.ts';

/** Memory that garbage collection takes back every ten samples, with a leak beneath. */
function saw(leak: number, length = 300) {
  return Array.from({ length }, (_, at) => ({ at, value: 200 + leak * at + (at % 10) * 3 }));
}

describe('slopeOf', () => {
  it('is that of a line, whatever some of its points say', () => {
    const line = Array.from({ length: 50 }, (_, at) => ({ at, value: 3 * at + (at % 10 === 0 ? 500 : 0) }));
    expect(slopeOf(line)).toBeCloseTo(3, 1);
  });

  it('has none of a single point', () => {
    expect(slopeOf([{ at: 0, value: 1 }])).toBeNaN();
  });
});

describe('floorsOf', () => {
  it('finds a leak beneath a sawtooth, and none where there is none', () => {
    expect(slopeOf(floorsOf(saw(0.01), 20))).toBeCloseTo(0.01, 3);
    expect(slopeOf(floorsOf(saw(0), 20))).toBe(0);
  });
});
