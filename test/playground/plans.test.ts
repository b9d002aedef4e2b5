import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addBestOf,
  type BestOfPlan,
  JUDGES,
  parseBestOfPlan,
  wantedOfBestOf,
} from '../../edge/playground/state/best-of-plan.ts';
import { orderOfFilm } from '../../edge/playground/state/film-order.ts';
import {
  EASINGS,
  type FilmPlan,
  MAX_FPS,
  MAX_FRAMES,
  MIN_FRAMES,
} from '../../edge/playground/state/film-plan.ts';
import {
  type MixPlan,
  mixParams,
  otherStages,
  parseMixPlan,
  wantedOfMix,
  withStage,
} from '../../edge/playground/state/mix-plan.ts';
import {
  MORPH_STEPS,
  type MorphPlan,
  morphParams,
  parseMorphPlan,
  wantedOfMorph,
} from '../../edge/playground/state/morph-plan.ts';
import { MAX_SEED, PLAIN_RECIPE } from '../../edge/playground/state/recipe.ts';
import { recipeParams } from '../../edge/playground/state/recipe-params.ts';

const recipe = { ...PLAIN_RECIPE, prompt: 'an apple' };
const text = fc.string({ unit: 'grapheme', maxLength: 30 }).map((some) => some.toWellFormed());

describe('a mix', () => {
  const plan: MixPlan = { recipe, other: 'a frog', others: undefined };

  it('is read from the URL as it was written', () => {
    const stages = fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1 }), {
      nil: undefined,
    });
    fc.assert(
      fc.property(text, stages, (other, some) => {
        const others = some?.sort((one, two) => one - two);
        expect(parseMixPlan(mixParams({ recipe, other, others }))).toEqual({ recipe, other, others });
      }),
    );
  });

  it('gives the other prompt the finer half unless told otherwise', () => {
    expect(otherStages(plan, 5)).toEqual([3, 4]);
    expect(wantedOfMix(plan, 64, 5)?.body).toEqual({ prompt: 'an apple', stages: { '3-4': 'a frog' } });
  });

  it('names stages by ranges', () => {
    const { body } = wantedOfMix({ ...plan, others: [0, 2, 3] }, 64, 5) ?? {};
    expect(body?.stages).toEqual({ 0: 'a frog', '2-3': 'a frog' });
  });

  it('leaves the other prompt one stage at least, of those that the model has', () => {
    const presses = fc.array(fc.integer({ min: 0, max: 4 }));
    fc.assert(
      fc.property(presses, (pressed) => {
        const after = pressed.reduce((before, stage) => withStage(before, stage, 5), plan);
        const stages = otherStages(after, 5);
        expect(stages.length).toBeGreaterThan(0);
        expect(stages.every((stage) => stage >= 0 && stage < 5)).toBe(true);
      }),
    );
  });

  it('is nothing until both prompts say something', () => {
    expect(wantedOfMix({ ...plan, other: '  ' }, 64, 5)).toBeUndefined();
  });
});

describe('a morph', () => {
  const film: FilmPlan = { frames: 48, fps: 16, easing: 'linear', loop: true };
  const plan: MorphPlan = { recipe, to: 'a frog', toSeed: undefined, step: 12, film };
  const bodyAt = (step: number, part: Partial<MorphPlan> = {}) =>
    wantedOfMorph({ ...plan, ...part, step }, 64)?.body;

  it('is read from the URL as it was written', () => {
    const whole = fc.record({
      recipe: fc.constant(recipe),
      to: text,
      toSeed: fc.option(fc.integer({ min: 0, max: MAX_SEED }), { nil: undefined }),
      step: fc.integer({ min: 0, max: MORPH_STEPS }),
      film: fc.record({
        frames: fc.integer({ min: MIN_FRAMES, max: MAX_FRAMES }),
        fps: fc.integer({ min: 1, max: MAX_FPS }),
        easing: fc.constantFrom(...EASINGS),
        loop: fc.boolean(),
      }),
    });
    fc.assert(
      fc.property(whole, (some) => {
        expect(parseMorphPlan(morphParams(some))).toEqual(some);
      }),
    );
  });

  it('has plain pictures at its ends, and both prompts between them', () => {
    expect(bodyAt(0)).toEqual({ prompt: 'an apple' });
    expect(bodyAt(MORPH_STEPS)).toEqual({ prompt: 'a frog' });
    expect(bodyAt(MORPH_STEPS / 4)?.prompt).toEqual([
      { text: 'an apple', weight: 18 },
      { text: 'a frog', weight: 6 },
    ]);
  });

  it('goes from one seed’s noise to the other’s where its ends have seeds of their own', () => {
    const seeds = { recipe: { ...recipe, seed: 3 }, toSeed: 8 };
    expect(bodyAt(0, seeds)).toEqual({ prompt: 'an apple', seed: 3 });
    expect(bodyAt(6, seeds)).toMatchObject({ seed: 3, variation: { seed: 8, strength: 0.25 } });
    expect(bodyAt(MORPH_STEPS, seeds)).toEqual({ prompt: 'a frog', seed: 8 });
  });

  it('is a film of both ends, each with its seed', () => {
    expect(orderOfFilm({ ...plan, to: ' a frog ', toSeed: 5 })?.body).toEqual({
      keyframes: [
        { prompt: 'an apple', seed: 0 },
        { prompt: 'a frog', seed: 5 },
      ],
      ...film,
    });
  });

  it('is nothing until both ends say something', () => {
    expect(bodyAt(12, { to: ' ' })).toBeUndefined();
    expect(orderOfFilm({ ...plan, to: '' })).toBeUndefined();
  });
});

describe('the best of several', () => {
  const plan: BestOfPlan = { count: 8, first: 3, judge: 'independent' };

  it('is read from the URL as it was written, whichever candidate is on the screen', () => {
    const seeds = fc.integer({ min: 0, max: MAX_SEED });
    fc.assert(
      fc.property(
        fc.constantFrom(4, 8, 16),
        seeds,
        seeds,
        fc.constantFrom(...JUDGES),
        (count, first, seed, judge) => {
          const params = recipeParams({ ...recipe, seed });
          addBestOf(params, { count, first, judge }, seed);
          expect(parseBestOfPlan(params, seed)).toEqual({ count, first, judge });
        },
      ),
    );
  });

  it('is one picture unless told otherwise', () => {
    expect(parseBestOfPlan(new URLSearchParams('best_of=5'), 7)).toEqual({
      count: 1,
      first: 7,
      judge: 'independent',
    });
    expect(wantedOfBestOf(recipe, { ...plan, count: 1 }, 64)).toBeUndefined();
  });

  it('asks for all candidates with their scores, as far as an answer has room for them', () => {
    expect(wantedOfBestOf(recipe, plan, 64)?.body).toEqual({
      prompt: 'an apple',
      seed: 3,
      n: 8,
      best_of: 8,
    });
    expect(wantedOfBestOf(recipe, { ...plan, count: 16 }, 64)?.body).toMatchObject({ n: 10, best_of: 16 });
  });

  it('names the judge where it is the model’s own CLIP', () => {
    expect(wantedOfBestOf(recipe, { ...plan, judge: 'clip' }, 64)?.body).toMatchObject({ judge: 'clip' });
  });

  it('has no seed above the largest', () => {
    expect(wantedOfBestOf(recipe, { ...plan, first: MAX_SEED }, 64)?.body.seed).toBe(MAX_SEED - 7);
  });
});
