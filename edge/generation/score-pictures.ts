import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import type { ScoreJudge } from '../../gpu-backend/contract/score-judge.ts';
import type { Scorer } from '../adapters/scorer.ts';
import type { Clock } from '../durable/clock.ts';
import { within } from '../durable/within.ts';
import type { ImageRequest } from './image-request.ts';
import type { PlannedPicture } from './plan-pictures.ts';

export interface ScoreOptions {
  readonly scorer: Scorer;
  readonly judge: ScoreJudge;
  /** On whose behalf. */
  readonly tenant: string;
  /** Milliseconds since 1970. */
  readonly deadline: number;
  readonly clock: Clock;
}

/** Who scores a request's candidates: whom it names, else the independent judge, where the model has one. */
export function judgeOf({ judge }: Pick<ImageRequest, 'judge'>, model: ModelCard): ScoreJudge {
  return judge ?? (model.judge ? 'independent' : 'clip');
}

/**
 * How well each picture of one request fits what it shows, in order.
 * @throws ApiError `backend_unavailable`, `deadline_exceeded`.
 */
export async function scorePictures(
  planned: readonly [PlannedPicture, ...PlannedPicture[]],
  { scorer, judge, tenant, deadline, clock }: ScoreOptions,
): Promise<readonly number[]> {
  const [{ recipe }] = planned;
  const scoring = scorer.score({
    model: recipe.model,
    prompt: recipe.prompt,
    ...(recipe.stages && { stages: recipe.stages }),
    candidates: planned.map(({ recipe: { seed, latent } }) => ({ seed, ...(latent && { latent }) })),
    // Backends from before there was a choice know no such field, and have the model's own CLIP alone.
    ...(judge !== 'clip' && { judge }),
    caller: tenant,
  });
  return within(scoring, deadline, clock, () => new ApiError('deadline_exceeded')).catch(withMessage);
}

function withMessage(error: unknown): never {
  if (!(error instanceof ApiError) || error.code !== 'backend_unavailable') throw error;
  const { cause, retryAfterS } = error;
  const message = 'Pictures cannot be scored at the moment; nothing was charged.';
  throw new ApiError(error.code, { message, cause, ...(retryAfterS !== undefined && { retryAfterS }) });
}

/** The best `count` of what was scored, the best first; of equal ones the first. */
export function bestOf<T>(
  all: readonly T[],
  scores: readonly number[],
  count: number,
): (T & { score: number })[] {
  return all
    .map((one, at) => ({ ...one, score: scores[at] ?? 0 }))
    .toSorted((a, b) => b.score - a.score)
    .slice(0, count);
}
