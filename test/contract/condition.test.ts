import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalBlend, type Prompt, termsOf } from '../../gpu-backend/contract/blend.ts';
import {
  type Condition,
  canonicalCondition,
  conditionBetween,
  isCanonicalCondition,
  stagePromptsOf,
  stagesReachedBy,
  stagesSchema,
  textsOf,
} from '../../gpu-backend/contract/condition.ts';

const COUNT = 5;
const FOX_AND_CAT = canonicalBlend([
  { text: 'fox', weight: 1 },
  { text: 'cat', weight: 3 },
]);
const prompts: fc.Arbitrary<Prompt> = fc.constantFrom<Prompt>('fox', 'cat', 'a red apple', FOX_AND_CAT);
const vectors = fc.tuple(prompts, prompts, prompts, prompts, prompts);
const conditions = vectors.map((all): Condition => canonicalCondition(all));

describe('canonicalCondition', () => {
  it.each<[string, [Prompt, ...Prompt[]], Condition]>([
    ['one prompt', ['fox', 'fox', 'fox'], { prompt: 'fox' }],
    ['two', ['fox', 'fox', 'cat', 'cat', 'cat'], { prompt: 'fox', stages: ['stages/1', [2, 4, 'cat']] }],
    [
      'one between others',
      ['fox', 'cat', 'fox', 'ant', 'cat'],
      { prompt: 'fox', stages: ['stages/1', [1, 1, 'cat'], [3, 3, 'ant'], [4, 4, 'cat']] },
    ],
  ])('of %s', (_, all, condition) => {
    expect(canonicalCondition(all)).toEqual(condition);
  });

  it('loses nothing, and is the only one that is canonical', () => {
    fc.assert(
      fc.property(vectors, (all) => {
        const condition = canonicalCondition(all);
        expect(stagePromptsOf(condition, COUNT)).toEqual(all);
        expect(isCanonicalCondition(condition)).toBe(true);
        expect(stagesReachedBy(condition)).toBeLessThanOrEqual(COUNT);
        if (condition.stages) expect(stagesSchema.parse(condition.stages)).toEqual(condition.stages);
        const texts = all.flatMap((prompt) => termsOf(prompt).map(({ text }) => text));
        expect(new Set(textsOf(condition))).toEqual(new Set(texts));
      }),
    );
  });

  it.each<[string, Condition]>([
    ['no runs', { prompt: 'fox', stages: ['stages/1'] }],
    ['the prompt itself', { prompt: 'fox', stages: ['stages/1', [1, 2, 'fox']] }],
    ['one run in two', { prompt: 'fox', stages: ['stages/1', [1, 2, 'cat'], [3, 3, 'cat']] }],
    ['another order', { prompt: 'fox', stages: ['stages/1', [3, 3, 'cat'], [1, 1, 'ant']] }],
    ['stages named twice', { prompt: 'fox', stages: ['stages/1', [1, 3, 'cat'], [2, 4, 'ant']] }],
    ['a run that falls', { prompt: 'fox', stages: ['stages/1', [3, 2, 'cat']] }],
  ])('is not that of %s', (_, condition) => {
    expect(isCanonicalCondition(condition)).toBe(false);
  });
});

describe('conditionBetween', () => {
  it('is the one at 0 and the other at 1, by name', () => {
    fc.assert(
      fc.property(conditions, conditions, (from, to) => {
        expect(conditionBetween(from, to, 0)).toEqual(from);
        expect(conditionBetween(from, to, 1)).toEqual(to);
      }),
    );
  });

  it('blends each stage on the way, and stays where both ends are the same', () => {
    fc.assert(
      fc.property(conditions, conditions, fc.double({ min: 0, max: 1, noNaN: true }), (from, to, t) => {
        const between = conditionBetween(from, to, t);
        expect(isCanonicalCondition(between)).toBe(true);
        const ends = [stagePromptsOf(from, COUNT), stagePromptsOf(to, COUNT)] as const;
        for (const [stage, prompt] of stagePromptsOf(between, COUNT).entries()) {
          const shares = new Map<string, number>();
          for (const [end, share] of [1 - t, t].entries()) {
            for (const { text, weight } of termsOf(ends[end]?.[stage] ?? '')) {
              shares.set(text, (shares.get(text) ?? 0) + share * weight);
            }
          }
          const kept = termsOf(prompt);
          for (const [text, share] of shares) {
            const weight = kept.find((term) => term.text === text)?.weight ?? 0;
            expect(Math.abs(weight - share)).toBeLessThan(4);
          }
        }
        expect(conditionBetween(from, from, t)).toEqual(from);
      }),
    );
  });

  it('goes half the way between two prompts', () => {
    expect(conditionBetween({ prompt: 'b' }, { prompt: 'a' }, 0.25)).toEqual({
      prompt: ['blend/1', ['a', 250_000], ['b', 750_000]],
    });
  });
});
