import type { ImageBody } from '../api/images.ts';
import type { Wanted } from '../api/paint.ts';
import { type FilmPlan, filmParams, parseFilmPlan } from './film-plan.ts';
import { numberOf } from './number-field.ts';
import { imageBodyOf, MAX_SEED, type Recipe } from './recipe.ts';
import { MAX_PROMPT, recipeParams } from './recipe-params.ts';
import { parseSharedRecipe } from './shared-recipe.ts';

/** Places of the slider between the two ends. */
export const MORPH_STEPS = 24;

/** The way from one prompt to another. */
export interface MorphPlan {
  /** Its prompt and seed are the way's begin. */
  readonly recipe: Recipe;
  /** The way's end. */
  readonly to: string;
  /** Seed of the end; undefined: that of the begin. */
  readonly toSeed: number | undefined;
  /** How far along the picture is, 0 … MORPH_STEPS. */
  readonly step: number;
  readonly film: FilmPlan;
}

export function parseMorphPlan(params: URLSearchParams): MorphPlan {
  return {
    recipe: parseSharedRecipe(params),
    to: [...(params.get('to') ?? '')].slice(0, MAX_PROMPT).join(''),
    toSeed: numberOf(params.get('to_seed'), { min: 0, max: MAX_SEED, whole: true }),
    step: numberOf(params.get('step'), { min: 0, max: MORPH_STEPS, whole: true }) ?? MORPH_STEPS / 2,
    film: parseFilmPlan(params),
  };
}

export function morphParams({ recipe, to, toSeed, step, film }: MorphPlan): URLSearchParams {
  const params = new URLSearchParams([...recipeParams(recipe), ...filmParams(film)]);
  if (to !== '') params.set('to', to);
  if (toSeed !== undefined) params.set('to_seed', String(toSeed));
  params.set('step', String(step));
  return params;
}

/** Undefined until both ends say something. The ends themselves are plain pictures. */
export function wantedOfMorph(plan: MorphPlan, nativePx: number): Wanted | undefined {
  const from = plan.recipe.prompt.trim();
  const to = plan.to.trim();
  if (from === '' || to === '') return undefined;
  const body = imageBodyOf(recipeAt(plan), nativePx);
  return { title: `${from} → ${to}`, body: { ...body, prompt: blendOf(from, to, plan.step) } };
}

/** The noise goes along with the prompts. */
function recipeAt({ recipe, toSeed = recipe.seed, step }: MorphPlan): Recipe {
  if (step === MORPH_STEPS) return { ...recipe, seed: toSeed, strength: 0 };
  const strength = toSeed === recipe.seed ? 0 : step / MORPH_STEPS;
  return { ...recipe, toward: toSeed, strength };
}

function blendOf(from: string, to: string, step: number): ImageBody['prompt'] {
  if (step === 0) return from;
  if (step === MORPH_STEPS) return to;
  // Weights are relative: whole numbers are exact.
  return [
    { text: from, weight: MORPH_STEPS - step },
    { text: to, weight: step },
  ];
}
