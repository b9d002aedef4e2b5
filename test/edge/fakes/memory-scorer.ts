import type { Scorer } from '../../../edge/adapters/scorer.ts';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import type { ScoreJudge } from '../../../gpu-backend/contract/score-judge.ts';
import { type ScoreRequest, scoreRequestSchema } from '../../../gpu-backend/contract/scores.ts';

export interface MemoryScorer extends Scorer {
  /** What it was asked so far. */
  readonly requests: ScoreRequest[];
  isAway: boolean;
}

/** Of a seed, whatever the picture: so that the best is known. Two judges see it differently. */
export function scoreOf(seed: number, judge: ScoreJudge = 'clip'): number {
  return ((seed * (judge === 'clip' ? 37 : 53)) % 100) / 100;
}

/** A scorer without a model: it checks the request as the real one does. */
export function createMemoryScorer(): MemoryScorer {
  const scorer: MemoryScorer = {
    requests: [],
    isAway: false,
    async score(request) {
      scorer.requests.push(scoreRequestSchema.parse(request));
      if (scorer.isAway) throw new ApiError('backend_unavailable');
      return request.candidates.map(({ seed }) => scoreOf(seed, request.judge));
    },
  };
  return scorer;
}
