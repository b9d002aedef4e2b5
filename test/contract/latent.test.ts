import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalLatent,
  type Latent,
  latentNoise,
  latentOfRow,
  latentRowOf,
  latentRowSchema,
  latentSchema,
  MAX_TRUNCATION,
  noiseBetween,
} from '../../gpu-backend/contract/latent.ts';
import { MAX_SEED, noiseFromSeed } from '../../gpu-backend/contract/noise.ts';

const LENGTH = 100;
const seeds = fc.integer({ min: 0, max: MAX_SEED });
const strengths = fc.double({ min: 0, max: 1, noNaN: true });
const truncations = fc.double({ min: 0.001, max: MAX_TRUNCATION, noNaN: true });
const wishes = fc.record({
  truncation: fc.option(fc.oneof(truncations, fc.constant(1)), { nil: undefined }),
  variation: fc.option(fc.record({ seed: seeds, strength: fc.oneof(strengths, fc.constant(0)) })),
});

function norm(values: Float32Array): number {
  return Math.hypot(...values);
}

describe('latentNoise', () => {
  it('gives the vector of the specification', () => {
    // Computed in Python from the noise of the seeds 0 and 5, float64.
    const expected = [
      0.7365227178502041, -0.4383950904654278, -0.3008538540139227, -0.28228133197445415, 0.1304326302285762,
      0.42650327818317, 0.6758171257165083, 0.30413247469018834,
    ];
    const noise = latentNoise(0, { truncation: 0.7, variation: { seed: 5, strength: 0.3 } }, 8);
    expect([...noise]).toEqual(expected.map((value) => expect.closeTo(value, 6)));
  });

  it('is the seed’s own without controls, times ψ with truncation, another seed’s at full strength', () => {
    fc.assert(
      fc.property(seeds, seeds, truncations, (seed, other, truncation) => {
        const own = noiseFromSeed(seed, LENGTH);
        expect(latentNoise(seed, undefined, LENGTH)).toEqual(own);
        expect(latentNoise(seed, { truncation }, LENGTH)).toEqual(own.map((value) => truncation * value));
        const varied = latentNoise(seed, { variation: { seed: other, strength: 1 } }, LENGTH);
        expect(varied).toEqual(noiseFromSeed(other, LENGTH));
      }),
      { numRuns: 50 },
    );
  });

  it('stays on the sphere between two seeds', () => {
    fc.assert(
      fc.property(seeds, seeds, strengths, (seed, other, strength) => {
        const lengths = [norm(noiseFromSeed(seed, LENGTH)), norm(noiseFromSeed(other, LENGTH))] as const;
        const between = norm(latentNoise(seed, { variation: { seed: other, strength } }, LENGTH));
        expect(between).toBeGreaterThan(0.99 * Math.min(...lengths));
        expect(between).toBeLessThan(1.01 * Math.max(...lengths));
      }),
      { numRuns: 200 },
    );
  });
});

describe('noiseBetween', () => {
  it('is a seed’s own at both ends, and goes from one to the other', () => {
    expect(noiseBetween(3, 8, 0)).toEqual({ seed: 3 });
    expect(noiseBetween(3, 8, 1)).toEqual({ seed: 8 });
    expect(noiseBetween(3, 3, 0.5)).toEqual({ seed: 3 });
    expect(noiseBetween(3, 8, 0.25)).toEqual({ seed: 3, variation: { seed: 8, strength: 0.25 } });
  });
});

describe('canonicalLatent', () => {
  it('has one form for each noise: what changes nothing is left out', () => {
    fc.assert(
      fc.property(seeds, wishes, (seed, wish) => {
        const latent = canonicalLatent(seed, wish);
        if (latent) expect(latentSchema.parse(latent)).toEqual(latent);
        const literal = {
          truncation: wish.truncation ?? 1,
          ...(wish.variation && { variation: wish.variation }),
        };
        expect(latentNoise(seed, latent, LENGTH)).toEqual(latentNoise(seed, literal, LENGTH));
        expect(latentOfRow(latentRowSchema.parse(latentRowOf(latent ?? {})))).toEqual(latent ?? {});
      }),
      { numRuns: 200 },
    );
  });

  it.each<[string, Parameters<typeof canonicalLatent>[1], Latent | undefined]>([
    ['nothing', {}, undefined],
    ['nulls', { truncation: null, variation: null }, undefined],
    ['truncation 1', { truncation: 1 }, undefined],
    ['strength 0', { variation: { seed: 5, strength: 0 } }, undefined],
    ['its own seed', { truncation: 0.5, variation: { seed: 7, strength: 0.4 } }, { truncation: 0.5 }],
    [
      'both',
      { truncation: 0.5, variation: { seed: 5, strength: 0.4 } },
      { truncation: 0.5, variation: { seed: 5, strength: 0.4 } },
    ],
  ])('of %s', (_, wish, latent) => {
    expect(canonicalLatent(7, wish)).toEqual(latent);
  });
});

describe('latentSchema', () => {
  it.each([
    {},
    { truncation: 0 },
    { truncation: 1 },
    { truncation: 1.501 },
    { truncation: Number.NaN },
    { variation: { seed: 1 } },
    { variation: { seed: -1, strength: 0.5 } },
    { variation: { seed: 1, strength: 0 } },
    { variation: { seed: 1, strength: 1.01 } },
    { truncation: 0.5, other: 1 },
  ])('refuses %j', (value) => {
    expect(latentSchema.safeParse(value).success).toBe(false);
  });
});
