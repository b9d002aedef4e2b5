import type { Wanted } from '../api/paint.ts';
import { numberOf } from './number-field.ts';
import { imageBodyOf, MAX_SEED, type Recipe } from './recipe.ts';

/** How many candidates are made; 1: the picture alone. The API takes up to 16. */
export const CANDIDATE_COUNTS = [1, 4, 8, 16] as const;
type CandidateCount = (typeof CANDIDATE_COUNTS)[number];

/** Most pictures that one answer shows: the best of more. */
const MAX_SHOWN = 10;

/** Who scores: one that took no part in the generator's training, where the model has one; or the model's own CLIP. */
export const JUDGES = ['independent', 'clip'] as const;
type Judge = (typeof JUDGES)[number];

/** Pictures of the same settings and one seed after the other, of which a judge says which fits its prompt best. */
export interface BestOfPlan {
  readonly count: CandidateCount;
  /** The first one's seed. That of the picture on the screen is another, once a candidate was chosen. */
  readonly first: number;
  readonly judge: Judge;
}

/** @param seed of the picture on the screen. */
export function parseBestOfPlan(params: URLSearchParams, seed: number): BestOfPlan {
  return {
    count: CANDIDATE_COUNTS.find((count) => String(count) === params.get('best_of')) ?? 1,
    first: numberOf(params.get('first'), { min: 0, max: MAX_SEED, whole: true }) ?? seed,
    judge: JUDGES.find((judge) => judge === params.get('judge')) ?? 'independent',
  };
}

/** The parameters that `parseBestOfPlan` reads. */
export function addBestOf(params: URLSearchParams, { count, first, judge }: BestOfPlan, seed: number): void {
  if (count === 1) return;
  params.set('best_of', String(count));
  if (first !== seed) params.set('first', String(first));
  if (judge !== 'independent') params.set('judge', judge);
}

/** Undefined: there is nothing to choose from. */
export function wantedOfBestOf(
  recipe: Recipe,
  { count, first, judge }: BestOfPlan,
  nativePx: number,
): Wanted | undefined {
  const title = recipe.prompt.trim();
  if (title === '' || count === 1) return undefined;
  const body = imageBodyOf({ ...recipe, seed: Math.min(first, MAX_SEED - count + 1) }, nativePx);
  return {
    title,
    body: { ...body, n: Math.min(count, MAX_SHOWN), best_of: count, ...(judge === 'clip' && { judge }) },
  };
}
