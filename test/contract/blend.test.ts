import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blendProblem,
  blendSchema,
  blendVectors,
  canonicalBlend,
  MAX_BLEND_RATIO,
  MAX_BLEND_TERMS,
  type Prompt,
  promptSchema,
  termsOf,
  type WeightedText,
} from '../../gpu-backend/contract/blend.ts';

const texts = fc.constantFrom('apple', 'banana', 'cat', 'Äpfel', 'zebra', 'apple pie');
const weights = fc.integer({ min: -1_000, max: 1_000 }).map((weight) => weight / 100);
/** Blends that are allowed, some with a text twice or weights of 0. */
const blends = fc
  .array(fc.record({ text: texts, weight: weights }), { minLength: 1, maxLength: MAX_BLEND_TERMS })
  .filter((terms) => blendProblem(terms) === undefined);

/** Each text's share, as it was asked for. */
function sharesOf(terms: readonly WeightedText[]): Map<string, number> {
  const sum = terms.reduce((total, { weight }) => total + weight, 0);
  const shares = new Map<string, number>();
  for (const { text, weight } of terms) shares.set(text, (shares.get(text) ?? 0) + weight / sum);
  return shares;
}

describe('canonicalBlend', () => {
  it.each<[string, [text: string, weight: number][], Prompt]>([
    ['one text', [['cat', 3]], 'cat'],
    [
      'one text twice',
      [
        ['cat', 3],
        ['cat', -1],
      ],
      'cat',
    ],
    [
      'a text without weight',
      [
        ['dog', 0],
        ['cat', 0.2],
      ],
      'cat',
    ],
    [
      'a text that cancels itself out',
      [
        ['cat', 1],
        ['dog', 0.1],
        ['dog', 0.2],
        ['dog', -0.3],
      ],
      'cat',
    ],
    [
      'two texts',
      [
        ['dog', 1],
        ['cat', 3],
      ],
      ['blend/1', ['cat', 750_000], ['dog', 250_000]],
    ],
    [
      'thirds',
      [
        ['c', 1],
        ['a', 1],
        ['b', 1],
      ],
      ['blend/1', ['a', 333_334], ['b', 333_333], ['c', 333_333]],
    ],
    [
      'arithmetic',
      [
        ['king', 1],
        ['man', -1],
        ['woman', 1],
      ],
      ['blend/1', ['king', 1_000_000], ['man', -1_000_000], ['woman', 1_000_000]],
    ],
  ])('of %s', (_, terms, prompt) => {
    expect(canonicalBlend(terms.map(([text, weight]) => ({ text, weight })))).toEqual(prompt);
  });

  it('has one form, whatever the order and scale of the weights', () => {
    fc.assert(
      fc.property(
        blends.chain((terms) =>
          fc.tuple(fc.constant(terms), fc.shuffledSubarray(terms, { minLength: terms.length })),
        ),
        fc.constantFrom(0.001, 0.1, 1 / 3, 2, 7, 10),
        ([terms, shuffled], scale) => {
          const scaled = shuffled.map(({ text, weight }) => ({ text, weight: weight * scale }));
          expect(canonicalBlend(scaled)).toEqual(canonicalBlend(terms));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('is one that the backend takes, means what was asked for to a millionth, and is its own canonical form', () => {
    fc.assert(
      fc.property(blends, (terms) => {
        const prompt = canonicalBlend(terms);
        expect(promptSchema.parse(prompt)).toEqual(prompt);
        const kept = termsOf(prompt);
        expect(kept.reduce((sum, { weight }) => sum + weight, 0)).toBe(1_000_000);
        const shares = sharesOf(terms);
        for (const [text, share] of shares) {
          const weight = kept.find((term) => term.text === text)?.weight ?? 0;
          expect(Math.abs(weight / 1_000_000 - share)).toBeLessThan(MAX_BLEND_TERMS * 1e-6);
        }
        expect(canonicalBlend(kept)).toEqual(prompt);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each<[string, number[], RegExp]>([
    ['nothing', [1, -1], /sum to 0; they must sum to more than 0/u],
    ['less than nothing', [1, -2], /sum to -1;/u],
    ['hardly anything', [0.1, 0.2, -0.2999], /weight of ±0.2999 .*allowed is up to 4 times the sum/u],
    ['less than a quarter of one of them', [4, -3.1], /weight of ±4 where all sum to 0.9/u],
  ])('refuses weights that sum to %s', (_, given, message) => {
    const terms = given.map((weight, at) => ({ text: `text ${at}`, weight }));
    expect(blendProblem(terms)).toMatch(message);
    expect(() => canonicalBlend(terms)).toThrow(message);
  });

  it('takes weights up to the ratio', () => {
    expect(
      canonicalBlend([
        { text: 'a', weight: MAX_BLEND_RATIO },
        { text: 'b', weight: 1 - MAX_BLEND_RATIO },
      ]),
    ).toEqual(['blend/1', ['a', 4_000_000], ['b', -3_000_000]]);
  });
});

describe('blendSchema', () => {
  it.each<[string, unknown]>([
    ['one text', ['blend/1', ['a', 1_000_000]]],
    ['a text twice', ['blend/1', ['a', 500_000], ['a', 500_000]]],
    ['another order', ['blend/1', ['b', 500_000], ['a', 500_000]]],
    ['a weight of 0', ['blend/1', ['a', 1_000_000], ['b', 0]]],
    ['a sum that is not the whole', ['blend/1', ['a', 500_000], ['b', 499_999]]],
    ['half a millionth', ['blend/1', ['a', 500_000.5], ['b', 499_999.5]]],
    ['too large a weight', ['blend/1', ['a', 6_000_000], ['b', -5_000_000]]],
    ['too many texts', ['blend/1', ...Array.from({ length: 20 }, (_, at) => [`t${at + 10}`, 50_000])]],
    ['another specification', ['blend/2', ['a', 500_000], ['b', 500_000]]],
    ['a blank text', ['blend/1', ['', 500_000], ['b', 500_000]]],
  ])('refuses %s', (_, blend) => {
    expect(blendSchema.safeParse(blend).success).toBe(false);
  });
});

describe('blendVectors', () => {
  it('gives the vector of the specification', () => {
    // In Python: float32((750000 · a + 250000 · b) / 10⁶) of float32 values, in float64.
    const a = Float32Array.of(0.1, -1.5, 3);
    const b = Float32Array.of(0.7, 2.25, -1e-8);
    expect([
      ...blendVectors([
        [a, 750_000],
        [b, 250_000],
      ]),
    ]).toEqual([Math.fround(0.25), -0.5625, 2.25]);
  });

  it('gives a vector itself where it has all the weight', () => {
    const floats = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 }));
    fc.assert(
      fc.property(floats, (values) => {
        const own = Float32Array.from(values);
        expect(blendVectors([[own, 1_000_000]])).toEqual(own.map((value) => value + 0));
      }),
    );
  });
});
