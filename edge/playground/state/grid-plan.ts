import type { ImageBody } from '../api/images.ts';
import { numberOf } from './number-field.ts';
import { imageBodyOf, MAX_SEED, type Recipe } from './recipe.ts';
import { parseRecipe, recipeParams } from './recipe-params.ts';

export const ROW_KINDS = ['truncation', 'variation', 'prompts'] as const;
type RowKind = (typeof ROW_KINDS)[number];

export const MAX_EDGE = 8;

/** A sheet: a column for each seed from the recipe's on, a row for each value of something else. */
export interface GridPlan {
  readonly recipe: Recipe;
  readonly rows: RowKind;
  readonly columns: number;
  /** One a line; the rows of kind `prompts`. */
  readonly prompts: string;
}

export interface GridRow {
  readonly label: string;
  readonly recipe: Recipe;
}

const TRUNCATIONS = [0.3, 0.6, 1, 1.4];
const STRENGTHS = [0, 0.25, 0.5, 0.75, 1];

export function parseGridPlan(params: URLSearchParams): GridPlan {
  return {
    recipe: parseRecipe(params),
    rows: ROW_KINDS.find((kind) => kind === params.get('rows')) ?? 'truncation',
    columns: numberOf(params.get('columns'), { min: 1, max: MAX_EDGE, whole: true }) ?? 4,
    prompts: params.get('prompts') ?? '',
  };
}

export function gridParams({ recipe, rows, columns, prompts }: GridPlan): URLSearchParams {
  const params = recipeParams(recipe);
  params.set('rows', rows);
  params.set('columns', String(columns));
  if (rows === 'prompts' && prompts !== '') params.set('prompts', prompts);
  return params;
}

/** The rows, none where there is nothing to paint yet. */
export function rowsOf({ recipe, rows, prompts }: GridPlan): GridRow[] {
  if (rows === 'prompts') {
    const lines = prompts.split('\n').map((line) => line.trim());
    return lines
      .filter((line) => line !== '')
      .slice(0, MAX_EDGE)
      .map((prompt) => ({ label: prompt, recipe: { ...recipe, prompt } }));
  }
  if (recipe.prompt.trim() === '') return [];
  if (rows === 'truncation') {
    return TRUNCATIONS.map((truncation) => ({ label: `ψ ${truncation}`, recipe: { ...recipe, truncation } }));
  }
  return STRENGTHS.map((strength) => ({
    label: `${Math.round(strength * 100)} % of seed ${recipe.toward}`,
    recipe: { ...recipe, strength },
  }));
}

/** Seeds of the columns: none is above the largest. */
export function seedsOf({ recipe: { seed }, columns }: GridPlan): number[] {
  const first = Math.min(seed, MAX_SEED - columns + 1);
  return Array.from({ length: columns }, (_, column) => first + column);
}

/** The body of a row's request: that of its first picture, with all its seeds. */
export function rowBodyOf(row: GridRow, seeds: number[], nativePx: number): ImageBody {
  const { seed: _, ...rest } = imageBodyOf(row.recipe, nativePx);
  return { ...rest, seeds };
}
