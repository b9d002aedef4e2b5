import type { InterpolationRequest } from '../../client/api-types.ts';
import { numberOf } from './number-field.ts';

type Easing = NonNullable<InterpolationRequest['easing']>;

/** At an even pace, or slowly at the begin, the end, or both. */
export const EASINGS: readonly Easing[] = ['linear', 'ease-in', 'ease-out', 'ease-in-out'];

/** Most frames that the API takes … */
export const MAX_FRAMES = 120;
/** … and most of them in a second. */
export const MAX_FPS = 50;
/** One for each end. */
export const MIN_FRAMES = 2;

/** A morph as an animation. */
export interface FilmPlan {
  /** In all: those of the way back too. */
  readonly frames: number;
  /** Frames in a second. */
  readonly fps: number;
  readonly easing: Easing;
  /** There and back, for ever, or once to the end. */
  readonly loop: boolean;
}

/** The way back is made of the same pictures: 25 of them, the slider's own. */
const PLAIN_FILM: FilmPlan = { frames: 48, fps: 16, easing: 'linear', loop: true };

export function parseFilmPlan(params: URLSearchParams): FilmPlan {
  const frames = { min: MIN_FRAMES, max: MAX_FRAMES, whole: true };
  return {
    frames: numberOf(params.get('frames'), frames) ?? PLAIN_FILM.frames,
    fps: numberOf(params.get('fps'), { min: 1, max: MAX_FPS, whole: true }) ?? PLAIN_FILM.fps,
    easing: EASINGS.find((name) => name === params.get('easing')) ?? PLAIN_FILM.easing,
    loop: params.get('loop') !== 'false',
  };
}

/** The parameters that `parseFilmPlan` reads, without what is as in a plain film. */
export function filmParams(film: FilmPlan): URLSearchParams {
  const params = new URLSearchParams();
  for (const name of ['frames', 'fps', 'easing', 'loop'] as const) {
    if (film[name] !== PLAIN_FILM[name]) params.set(name, String(film[name]));
  }
  return params;
}
