import { numberOf } from './number-field.ts';
import { FORMATS, MAX_SEED, MAX_TRUNCATION, MIN_TRUNCATION, PLAIN_RECIPE, type Recipe } from './recipe.ts';

/** Longest prompt that the API takes, code points. */
export const MAX_PROMPT = 1000;

const SEED = { min: 0, max: MAX_SEED, whole: true };
const STRENGTH = { min: 0, max: 1 };
const TRUNCATION = { min: MIN_TRUNCATION, max: MAX_TRUNCATION };
const SCALE = { min: 1, max: 4, whole: true };

/** A recipe from a URL's parameters. Whoever wrote them: what is missing or no such value is as in a plain recipe. */
export function parseRecipe(params: URLSearchParams): Recipe {
  const format = FORMATS.find((name) => name === params.get('format'));
  return {
    prompt: [...(params.get('prompt') ?? '')].slice(0, MAX_PROMPT).join(''),
    seed: numberOf(params.get('seed'), SEED) ?? PLAIN_RECIPE.seed,
    truncation: numberOf(params.get('truncation'), TRUNCATION) ?? PLAIN_RECIPE.truncation,
    toward: numberOf(params.get('toward'), SEED) ?? PLAIN_RECIPE.toward,
    strength: numberOf(params.get('strength'), STRENGTH) ?? PLAIN_RECIPE.strength,
    scale: numberOf(params.get('scale'), SCALE) ?? PLAIN_RECIPE.scale,
    format: format ?? PLAIN_RECIPE.format,
  };
}

/** The parameters that `parseRecipe` reads, without what is as in a plain recipe. */
export function recipeParams(recipe: Recipe): URLSearchParams {
  const params = new URLSearchParams();
  for (const name of ['prompt', 'seed', 'truncation', 'toward', 'strength', 'scale', 'format'] as const) {
    if (recipe[name] !== PLAIN_RECIPE[name]) params.set(name, String(recipe[name]));
  }
  return params;
}
