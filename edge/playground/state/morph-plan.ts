import type { ImageBody } from '../api/images.ts';
import type { Wanted } from '../api/paint.ts';
import { numberOf } from './number-field.ts';
import { imageBodyOf, type Recipe } from './recipe.ts';
import { MAX_PROMPT, recipeParams } from './recipe-params.ts';
import { parseSharedRecipe } from './shared-recipe.ts';

/** Places of the slider between the two ends. */
export const MORPH_STEPS = 24;

/** The way from one prompt to another. */
export interface MorphPlan {
  /** Its prompt is the way's begin. */
  readonly recipe: Recipe;
  /** The way's end. */
  readonly to: string;
  /** How far along the picture is, 0 … MORPH_STEPS. */
  readonly step: number;
}

export function parseMorphPlan(params: URLSearchParams): MorphPlan {
  return {
    recipe: parseSharedRecipe(params),
    to: [...(params.get('to') ?? '')].slice(0, MAX_PROMPT).join(''),
    step: numberOf(params.get('step'), { min: 0, max: MORPH_STEPS, whole: true }) ?? MORPH_STEPS / 2,
  };
}

export function morphParams({ recipe, to, step }: MorphPlan): URLSearchParams {
  const params = recipeParams(recipe);
  if (to !== '') params.set('to', to);
  params.set('step', String(step));
  return params;
}

/** Undefined until both ends say something. The ends themselves are plain pictures. */
export function wantedOfMorph({ recipe, to, step }: MorphPlan, nativePx: number): Wanted | undefined {
  const from = recipe.prompt.trim();
  const end = to.trim();
  if (from === '' || end === '') return undefined;
  const title = `${from} → ${end}`;
  return { title, body: { ...imageBodyOf(recipe, nativePx), prompt: blendOf(from, end, step) } };
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
