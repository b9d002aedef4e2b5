import type { CompositionOrder } from '../api/compositions.ts';
import type { MorphPlan } from './morph-plan.ts';
import { PLAIN_RECIPE } from './recipe.ts';

/** The whole way as an animation. Undefined as `wantedOfMorph`. */
export function orderOfFilm({
  recipe: { prompt, seed, truncation },
  to,
  toSeed = seed,
  film: { frames, fps, easing, loop },
}: Omit<MorphPlan, 'step'>): CompositionOrder | undefined {
  if (prompt.trim() === '' || to.trim() === '') return undefined;
  return {
    path: '/v1/interpolations',
    body: {
      keyframes: [
        { prompt: prompt.trim(), seed },
        { prompt: to.trim(), seed: toSeed },
      ],
      ...{ frames, fps, easing, loop },
      ...(truncation !== PLAIN_RECIPE.truncation && { truncation }),
    },
  };
}
