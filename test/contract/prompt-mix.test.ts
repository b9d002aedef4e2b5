import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PromptWish, readMix, writeMix } from '../../gpu-backend/contract/prompt-mix.ts';

const texts = fc.string({ unit: fc.constantFrom('a', ' ', '~', '|', ';', '*', '=', '3', '-', '.', '🍎') });
const weights = fc.integer({ min: -1e6, max: 1e6 }).map((weight) => weight / 1_000);
const blends = fc.oneof(
  texts,
  fc.array(fc.record({ text: texts, weight: weights }), { minLength: 1, maxLength: 8 }),
);
const wishes: fc.Arbitrary<PromptWish> = fc
  .tuple(blends, fc.dictionary(fc.constantFrom('0', '1-2', '3-4', '12'), blends, { noNullPrototype: true }))
  .map(([prompt, stages]) => ({ prompt, ...(Object.keys(stages).length > 0 && { stages }) }));

describe('a mix on one line', () => {
  it('reads as it was written', () => {
    fc.assert(
      fc.property(wishes, (wish) => {
        expect(readMix(writeMix(wish))).toEqual(wish);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each<[string, PromptWish]>([
    ['a red apple', { prompt: 'a red apple' }],
    ['5 ~* 3 = 15', { prompt: '5 * 3 = 15' }],
    [
      'a red apple*0.7|a banana*0.3;3-4=a fox',
      {
        prompt: [
          { text: 'a red apple', weight: 0.7 },
          { text: 'a banana', weight: 0.3 },
        ],
        stages: { '3-4': 'a fox' },
      },
    ],
    [
      'king | man * -1 | woman',
      {
        prompt: [
          { text: 'king ', weight: 1 },
          { text: ' man ', weight: -1 },
          { text: ' woman', weight: 1 },
        ],
      },
    ],
    ['a ; 3 = b=c', { prompt: 'a ', stages: { 3: ' b=c' } }],
  ])('%j', (mix, wish) => {
    expect(readMix(mix)).toEqual(wish);
  });

  it.each([
    ['a;b', 'name stages behind each ";"'],
    ['a;3-4', 'name stages'],
    ['a;3=b;3=c', 'names the stages 3 twice'],
    ['a~b', 'a "~" alone'],
    ['a~', 'a "~" alone'],
    ['a*1*2|b', 'two weights'],
    ['a*|b', 'no decimal number'],
    ['a*x|b', 'no decimal number'],
    ['a*1e3|b', 'no decimal number'],
  ])('refuses %j', (mix, message) => {
    expect(() => readMix(mix)).toThrow(SyntaxError);
    expect(() => readMix(mix)).toThrow(message);
  });
});
