import type { CompositionOrder } from '../api/compositions.ts';
import { MORPH_STEPS, type MorphPlan } from './morph-plan.ts';
import { PLAIN_RECIPE } from './recipe.ts';

/** There and back: the way back is made of the same pictures. */
export const FILM_FRAMES: number = 2 * MORPH_STEPS;
export const FILM_FPS = 16;

/** The whole way as an animation without an end; each frame is the picture of a step. Undefined as `wantedOfMorph`. */
export function orderOfFilm({ recipe, to }: Pick<MorphPlan, 'recipe' | 'to'>): CompositionOrder | undefined {
  const { prompt, seed, truncation } = recipe;
  if (prompt.trim() === '' || to.trim() === '') return undefined;
  return {
    path: '/v1/interpolations',
    body: {
      keyframes: [
        { prompt: prompt.trim(), seed },
        { prompt: to.trim(), seed },
      ],
      frames: FILM_FRAMES,
      loop: true,
      fps: FILM_FPS,
      ...(truncation !== PLAIN_RECIPE.truncation && { truncation }),
    },
  };
}

/** The step, 0 … MORPH_STEPS, whose picture a frame is; any frame from 0 on, since the film has no end. */
export function stepOfFrame(frame: number): number {
  const within = frame % FILM_FRAMES;
  return within <= MORPH_STEPS ? within : FILM_FRAMES - within;
}
