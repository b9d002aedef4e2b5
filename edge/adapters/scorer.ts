import type { ScoreRequest } from '../../gpu-backend/contract/scores.ts';

/** Says how well pictures fit their condition. @see ../../gpu-backend/contract/scores.ts */
export interface Scorer {
  /** By the judge that was asked for, in the order of the candidates. Throws `backend_unavailable`. */
  score(request: ScoreRequest, signal?: AbortSignal): Promise<readonly number[]>;
}
