import type { GridRequest } from '../../client/api-types.ts';
import type { CompositionOrder } from '../api/compositions.ts';
import { numberOf } from './number-field.ts';
import { MAX_SEED, PLAIN_RECIPE, type Recipe } from './recipe.ts';
import { recipeParams } from './recipe-params.ts';
import { parseSharedRecipe } from './shared-recipe.ts';

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
    recipe: parseSharedRecipe(params),
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
    return [...new Set(lines)]
      .filter((line) => line !== '')
      .slice(0, MAX_EDGE)
      .map((prompt) => ({ label: prompt, recipe: { ...recipe, prompt } }));
  }
  if (recipe.prompt.trim() === '') return [];
  if (rows === 'truncation') {
    return TRUNCATIONS.map((truncation) => ({ label: `ψ ${truncation}`, recipe: { ...recipe, truncation } }));
  }
  return STRENGTHS.map((strength) => ({
    label: `${Math.round(strength * 100)} % towards seed ${recipe.toward}`,
    recipe: { ...recipe, strength },
  }));
}

/** Seeds of the columns: none is above the largest. */
export function seedsOf({ recipe: { seed }, columns }: GridPlan): number[] {
  const first = Math.min(seed, MAX_SEED - columns + 1);
  return Array.from({ length: columns }, (_, column) => first + column);
}

/** The sheet as the API makes it; undefined: there is nothing to paint yet. */
export function orderOfGrid(plan: GridPlan): CompositionOrder | undefined {
  const { recipe, rows } = plan;
  const values = rowsOf(plan).map((row) => row.recipe);
  if (values.length === 0) return undefined;
  const columns = { parameter: 'seed' as const, values: seedsOf(plan) };
  const truncation = recipe.truncation === PLAIN_RECIPE.truncation ? {} : { truncation: recipe.truncation };
  if (rows === 'prompts') {
    const prompts = values.map(({ prompt }) => prompt);
    return orderOf({ columns, rows: { parameter: 'prompt', values: prompts }, ...truncation });
  }
  const { prompt, toward } = recipe;
  if (rows === 'truncation') {
    const psis = values.map((row) => row.truncation);
    return orderOf({ prompt, columns, rows: { parameter: 'truncation', values: psis } });
  }
  const strengths = values.map(({ strength }) => strength);
  const variation = { seed: toward };
  return orderOf({
    ...{ prompt, columns, variation, ...truncation },
    rows: { parameter: 'variation_strength', values: strengths },
  });
}

function orderOf(body: GridRequest): CompositionOrder {
  return { path: '/v1/grids', body };
}
