import { sha256Hex } from '../contract/hex.ts';
import type { ScoreRequest } from '../contract/scores.ts';

/** Scores that are remembered: some 100 bytes each. */
const MAX_SCORES = 100_000;

/** Scores of pictures by all that decides them, which is why they never change. Forgets the oldest first. */
export interface ScoreMemory {
  /** In the order of the request's candidates. */
  namesOf(request: ScoreRequest): Promise<string[]>;
  get(name: string): number | undefined;
  set(name: string, score: number): void;
}

export function createScoreMemory(limit: number = MAX_SCORES): ScoreMemory {
  const scores = new Map<string, number>();
  return {
    namesOf: ({ model, prompt, stages, candidates, judge = 'clip' }) =>
      Promise.all(
        candidates.map(({ seed, latent = null }) =>
          sha256Hex(JSON.stringify([model, judge, prompt, stages ?? null, seed, latent])),
        ),
      ),
    get: (name) => scores.get(name),
    set(name, score) {
      scores.set(name, score);
      const [oldest] = scores.keys();
      if (scores.size > limit && oldest !== undefined) scores.delete(oldest);
    },
  };
}
