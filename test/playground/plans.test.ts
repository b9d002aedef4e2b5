import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type MixPlan,
  mixParams,
  otherStages,
  parseMixPlan,
  wantedOfMix,
  withStage,
} from '../../edge/playground/state/mix-plan.ts';
import { FILM_FRAMES, orderOfFilm, stepOfFrame } from '../../edge/playground/state/morph-film.ts';
import {
  MORPH_STEPS,
  morphParams,
  parseMorphPlan,
  wantedOfMorph,
} from '../../edge/playground/state/morph-plan.ts';
import { PLAIN_RECIPE } from '../../edge/playground/state/recipe.ts';

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
  it('is read from the URL as it was written', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: MORPH_STEPS }), (to, step) => {
        expect(parseMorphPlan(morphParams({ recipe, to, step }))).toEqual({ recipe, to, step });
      }),
    );
  });

  it('has plain pictures at its ends, and both prompts between them', () => {
    const promptAt = (step: number) => wantedOfMorph({ recipe, to: 'a frog', step }, 64)?.body.prompt;
    expect(promptAt(0)).toBe('an apple');
    expect(promptAt(MORPH_STEPS)).toBe('a frog');
    expect(promptAt(MORPH_STEPS / 4)).toEqual([
      { text: 'an apple', weight: 18 },
      { text: 'a frog', weight: 6 },
    ]);
  });
});

describe('the film of a morph', () => {
  it('is of the slider’s steps, there and back', () => {
    expect(orderOfFilm({ recipe, to: ' a frog ' })?.body).toMatchObject({
      keyframes: [{ prompt: 'an apple' }, { prompt: 'a frog' }],
      frames: FILM_FRAMES,
      loop: true,
    });
    const steps = Array.from({ length: FILM_FRAMES }, (_, frame) => stepOfFrame(frame));
    expect(steps.slice(0, 3)).toEqual([0, 1, 2]);
    expect(steps[MORPH_STEPS]).toBe(MORPH_STEPS);
    expect(steps.slice(-2)).toEqual([2, 1]);
    expect(stepOfFrame(FILM_FRAMES)).toBe(0);
  });

  it('is nothing until both ends say something', () => {
    expect(orderOfFilm({ recipe, to: '' })).toBeUndefined();
  });
});
