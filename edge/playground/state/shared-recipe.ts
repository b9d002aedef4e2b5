import { PLAIN_RECIPE, type Recipe } from './recipe.ts';
import { parseRecipe } from './recipe-params.ts';

/** What views beside Paint take over of a recipe: what they have controls for. */
export function parseSharedRecipe(params: URLSearchParams): Recipe {
  const { prompt, seed, truncation, toward } = parseRecipe(params);
  return { ...PLAIN_RECIPE, prompt, seed, truncation, toward };
}
