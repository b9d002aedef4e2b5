import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_SEED, noiseFromSeed, philox4x32, type Words4 } from '../../gpu-backend/contract/noise.ts';

/** Random123 1.14, `tests/kat_vectors`, philox4x32 with 10 rounds: counter, key, answer. */
const KNOWN_ANSWERS: readonly (readonly [Words4, readonly [number, number], Words4])[] = [
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
];

/** float32 bit patterns, from an independent computation in Python (float64 throughout, rounded once by `struct`). */
const VECTORS = {
  seed0: ['3f7dbb33', 'bf6cb6b0', 'bf1e1b9f', 'bef6d1b2', 'be1d5357'],
  maxSeed: ['bfb07428', 'bf19b154', 'beb3fc53', 'bf011886'],
};

describe('philox4x32', () => {
  it.each(KNOWN_ANSWERS)("gives Random123's known answer for counter %j, key %j", (counter, key, answer) => {
    expect(philox4x32(counter, key)).toEqual(answer);
  });
});

describe('noiseFromSeed', () => {
  it('gives the vectors of the specification', () => {
    expect([...noiseFromSeed(0, 5)].map(bits)).toEqual(VECTORS.seed0);
    expect([...noiseFromSeed(MAX_SEED, 4)].map(bits)).toEqual(VECTORS.maxSeed);
  });

  it('is standard normal and free of infinities', () => {
    const noise = noiseFromSeed(42, 200_000);
    const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
    const variance = noise.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noise.length;
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.abs(variance - 1)).toBeLessThan(0.015);
    expect(noise.every(Number.isFinite)).toBe(true);
  });

  it('is a prefix of longer noise from the same seed, and another for another seed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: MAX_SEED - 1 }),
        fc.integer({ min: 1, max: 64 }),
        (seed, length) => {
          expect(noiseFromSeed(seed, 65).subarray(0, length)).toEqual(noiseFromSeed(seed, length));
          expect(noiseFromSeed(seed + 1, length)).not.toEqual(noiseFromSeed(seed, length));
        },
      ),
    );
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('refuses the seed %d', (seed) => {
    expect(() => noiseFromSeed(seed, 4)).toThrow(RangeError);
  });
});

function bits(value: number): string {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return view.getUint32(0).toString(16).padStart(8, '0');
}
