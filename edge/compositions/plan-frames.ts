import { conditionBetween } from '../../gpu-backend/contract/condition.ts';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { fingerprintOf, type Recipe } from '../../gpu-backend/contract/fingerprint.ts';
import { canonicalLatent, noiseBetween } from '../../gpu-backend/contract/latent.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import { type PlannedPicture, planPictures } from '../generation/plan-pictures.ts';
import { ease } from './easing.ts';
import type { InterpolationRequest } from './interpolation-request.ts';

const DEFAULT_FRAMES = 24;

/**
 * The frames of a valid request, in order: ordinary pictures, png, each under its own name. A key frame is the very
 * picture that its prompt and seed make alone.
 * @throws ApiError as `planPictures`; `invalid_request` for fewer frames than key frames.
 */
export async function planFrames(
  request: InterpolationRequest,
  model: ModelCard,
  tenant: string,
): Promise<PlannedPicture[]> {
  const { keyframes, truncation, size, visibility, easing, loop } = request;
  const frames = request.frames ?? DEFAULT_FRAMES;
  if (frames < keyframes.length) {
    throw new ApiError('invalid_request', {
      param: 'frames',
      message: `frames (${frames}) must be at least ${keyframes.length}, one for each key frame`,
    });
  }
  const common = { truncation, size, visibility, model: request.model, output_format: 'png' } as const;
  const keys = await Promise.all(
    keyframes.map(async ({ prompt, stages, seed }) => {
      const [key] = await planPictures({ ...common, prompt, stages, seed: seed ?? 0 }, model, tenant);
      if (!key) throw new Error('a valid request asks for at least one picture');
      return key.recipe;
    }),
  );
  const way = loop ? [...keys, ...keys.slice(0, 1)] : keys;
  const last = loop ? frames : frames - 1;
  const stops = way.map((_, at) => Math.round((at * last) / (way.length - 1)));
  return Promise.all(
    Array.from({ length: frames }, async (_, frame) => {
      const leg = stops.findLastIndex((stop) => stop <= frame);
      const [from, to] = [way[leg], way[leg + 1]];
      if (!from) throw new Error('the first key frame is the first frame');
      const [start = 0, end = start + 1] = stops.slice(leg);
      const t = ease((frame - start) / (end - start), easing ?? 'linear');
      const recipe = to ? recipeBetween(from, to, t, truncation) : from;
      return { recipe, fingerprint: await fingerprintOf(recipe) };
    }),
  );
}

function recipeBetween(
  from: Recipe,
  to: Recipe,
  t: number,
  truncation: InterpolationRequest['truncation'],
): Recipe {
  const { model, size, format, quality, tenant } = from;
  const { seed, variation } = noiseBetween(from.seed, to.seed, t);
  const latent = canonicalLatent(seed, { truncation, variation });
  return {
    ...{ model, size, format, quality, seed },
    ...conditionBetween(from, to, t),
    ...(latent && { latent }),
    ...(tenant !== undefined && { tenant }),
  };
}
