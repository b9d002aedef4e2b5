import type { Wanted } from '../api/paint.ts';
import { imageBodyOf, type Recipe } from './recipe.ts';
import { MAX_PROMPT, recipeParams } from './recipe-params.ts';
import { parseSharedRecipe } from './shared-recipe.ts';

/** A picture whose stages follow two prompts. */
export interface MixPlan {
  /** Its prompt is that of all other stages. */
  readonly recipe: Recipe;
  /** The prompt of the stages `others`. */
  readonly other: string;
  /** Stages, coarse to fine from 0, in rising order; undefined: the finer half. */
  readonly others: readonly number[] | undefined;
}

export function parseMixPlan(params: URLSearchParams): MixPlan {
  const text = params.get('stages');
  const numbers = text?.split(',').map(Number) ?? [];
  const stages = numbers.filter((stage) => Number.isInteger(stage) && stage >= 0 && stage < 100);
  return {
    recipe: parseSharedRecipe(params),
    other: [...(params.get('other') ?? '')].slice(0, MAX_PROMPT).join(''),
    others: text === null || stages.length === 0 ? undefined : sorted(stages),
  };
}

export function mixParams({ recipe, other, others }: MixPlan): URLSearchParams {
  const params = recipeParams(recipe);
  if (other !== '') params.set('other', other);
  if (others) params.set('stages', others.join(','));
  return params;
}

/** The stages that follow the other prompt, of a model that has `count`. */
export function otherStages({ others }: MixPlan, count: number): readonly number[] {
  const stages = Array.from({ length: count }, (_, stage) => stage);
  return stages.filter((stage) => (others ? others.includes(stage) : stage >= Math.ceil(count / 2)));
}

/** The plan with a stage given to the other prompt, or taken back. One stage at least is the other prompt's. */
export function withStage(plan: MixPlan, stage: number, count: number): MixPlan {
  const before = otherStages(plan, count);
  const after = before.includes(stage) ? before.filter((one) => one !== stage) : sorted([...before, stage]);
  return after.length === 0 ? plan : { ...plan, others: after };
}

/** Undefined until both prompts say something. */
export function wantedOfMix(plan: MixPlan, nativePx: number, count: number): Wanted | undefined {
  const base = plan.recipe.prompt.trim();
  const other = plan.other.trim();
  if (base === '' || other === '') return undefined;
  const ranges = rangesOf(otherStages(plan, count));
  const stages = Object.fromEntries(ranges.map((range) => [range, other]));
  return {
    title: `${base} + ${other}`,
    body: { ...imageBodyOf(plan.recipe, nativePx), stages },
  };
}

/** Rising numbers as ranges: 0, 2, 3 → "0", "2-3". */
function rangesOf(stages: readonly number[]): string[] {
  const ranges: [number, number][] = [];
  for (const stage of stages) {
    const last = ranges.at(-1);
    if (last && last[1] === stage - 1) last[1] = stage;
    else ranges.push([stage, stage]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
}

function sorted(stages: readonly number[]): number[] {
  return [...new Set(stages)].sort((one, other) => one - other);
}
