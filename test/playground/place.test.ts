import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  gridParams,
  orderOfGrid,
  parseGridPlan,
  ROW_KINDS,
  rowsOf,
  seedsOf,
} from '../../edge/playground/state/grid-plan.ts';
import { formatPlace, parsePlace, VIEWS } from '../../edge/playground/state/place.ts';
import {
  FORMATS,
  imageBodyOf,
  MAX_SEED,
  MAX_TRUNCATION,
  MIN_TRUNCATION,
  PLAIN_RECIPE,
} from '../../edge/playground/state/recipe.ts';
import { MAX_PROMPT, parseRecipe, recipeParams } from '../../edge/playground/state/recipe-params.ts';

const seed = fc.integer({ min: 0, max: MAX_SEED });
const recipe = fc.record({
  prompt: fc.string({ unit: 'grapheme', maxLength: 60 }).map((text) => text.toWellFormed()),
  seed,
  truncation: fc.integer({ min: MIN_TRUNCATION * 20, max: MAX_TRUNCATION * 20 }).map((part) => part / 20),
  toward: seed,
  strength: fc.integer({ min: 0, max: 20 }).map((part) => part / 20),
  scale: fc.constantFrom(1, 2, 4),
  format: fc.constantFrom(...FORMATS),
});

/** Of views beside Paint: without what they have no controls for. */
const sharedRecipe = recipe.map(({ prompt, seed: own, truncation, toward }) => ({
  ...PLAIN_RECIPE,
  prompt,
  seed: own,
  truncation,
  toward,
}));

describe('a place in the URL’s fragment', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.constantFrom(...VIEWS), recipe, (view, wanted) => {
        const place = parsePlace(formatPlace({ view, params: recipeParams(wanted) }));
        expect(place.view).toBe(view);
        expect(parseRecipe(place.params)).toEqual(wanted);
      }),
    );
  });

  it('survives whatever stands there', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (fragment, truncation, wrongSeed) => {
        expect(VIEWS).toContain(parsePlace(fragment).view);
        const params = new URLSearchParams({ truncation, seed: wrongSeed, scale: '3.5', format: 'gif' });
        const read = parseRecipe(params);
        expect(read.truncation).toBeGreaterThanOrEqual(MIN_TRUNCATION);
        expect(read.truncation).toBeLessThanOrEqual(MAX_TRUNCATION);
        expect(Number.isInteger(read.seed) && read.seed >= 0 && read.seed <= MAX_SEED).toBe(true);
        expect(read).toMatchObject({ scale: 1, format: 'png' });
      }),
    );
  });

  it('has no prompt longer than the API takes', () => {
    const { prompt } = parseRecipe(new URLSearchParams({ prompt: '🍎'.repeat(MAX_PROMPT + 1) }));
    expect([...prompt]).toHaveLength(MAX_PROMPT);
  });
});

describe('the body of a request', () => {
  it('leaves out what is the API’s default', () => {
    expect(imageBodyOf({ ...PLAIN_RECIPE, prompt: 'a red apple' }, 64)).toEqual({ prompt: 'a red apple' });
  });

  it('has what was set', () => {
    const set = {
      prompt: 'x',
      seed: 7,
      truncation: 0.7,
      toward: 5,
      strength: 0.3,
      scale: 2,
      format: 'webp',
    } as const;
    expect(imageBodyOf(set, 64)).toEqual({
      prompt: 'x',
      seed: 7,
      truncation: 0.7,
      variation: { seed: 5, strength: 0.3 },
      size: '128x128',
      output_format: 'webp',
    });
  });
});

describe('the plan of a grid', () => {
  it('is read as it was written, and has seeds that exist', () => {
    const plan = fc.record({
      recipe: sharedRecipe,
      rows: fc.constantFrom(...ROW_KINDS),
      columns: fc.integer({ min: 1, max: 8 }),
      prompts: fc.constant(''),
    });
    fc.assert(
      fc.property(plan, (wanted) => {
        expect(parseGridPlan(gridParams(wanted))).toEqual(wanted);
        const seeds = seedsOf(wanted);
        expect(new Set(seeds).size).toBe(wanted.columns);
        expect(Math.max(...seeds)).toBeLessThanOrEqual(MAX_SEED);
        expect(Math.min(...seeds)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('has a row for each line that says something else, at most eight', () => {
    const rows = rowsOf({
      recipe: PLAIN_RECIPE,
      rows: 'prompts',
      columns: 1,
      prompts: ' a fox \n\n a cat\n'.repeat(5),
    });
    expect(rows).toHaveLength(2);
    expect(rows.map(({ recipe: { prompt } }) => prompt)).toEqual(['a fox', 'a cat']);
  });

  it('has at most eight rows', () => {
    const prompts = Array.from({ length: 20 }, (_, line) => `line ${line}`).join('\n');
    expect(rowsOf({ recipe: PLAIN_RECIPE, rows: 'prompts', columns: 1, prompts })).toHaveLength(8);
  });

  it('asks the API for the sheet that its rows and columns are', () => {
    const base = {
      recipe: { ...PLAIN_RECIPE, prompt: 'a fox', seed: 7, toward: 5 },
      columns: 2,
      prompts: 'a\nb',
    };
    const bodyOf = (rows: (typeof ROW_KINDS)[number]) => orderOfGrid({ ...base, rows })?.body;
    const columns = { parameter: 'seed', values: [7, 8] };
    expect(bodyOf('truncation')).toEqual({
      prompt: 'a fox',
      columns,
      rows: { parameter: 'truncation', values: [0.3, 0.6, 1, 1.4] },
    });
    expect(bodyOf('variation')).toMatchObject({
      variation: { seed: 5 },
      rows: { parameter: 'variation_strength' },
    });
    expect(bodyOf('prompts')).toEqual({ columns, rows: { parameter: 'prompt', values: ['a', 'b'] } });
  });

  it('has no rows before there is a prompt', () => {
    expect(rowsOf({ recipe: PLAIN_RECIPE, rows: 'truncation', columns: 4, prompts: 'a fox' })).toEqual([]);
  });
});
