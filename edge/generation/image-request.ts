import { z } from '@hono/zod-openapi';
import { MAX_IMAGES, MAX_UPSCALE, MIN_SIZE_PX } from '../../gpu-backend/contract/generate.ts';
import { IMAGE_FORMAT_NAMES } from '../../gpu-backend/contract/image-format.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import { MAX_SEED } from '../../gpu-backend/contract/noise.ts';
import { SCORE_JUDGES } from '../../gpu-backend/contract/score-judge.ts';
import { MAX_CANDIDATES } from '../../gpu-backend/contract/scores.ts';
import { ASYNC_FIELDS } from './async-fields.ts';
import { LATENT_FIELDS } from './latent-fields.ts';
import { promptFields } from './prompt-fields.ts';
import { seedListProblem } from './seed-list.ts';

/** OpenAI's Images API gives the same; it is accepted and used for nothing. */
const MAX_USER_LENGTH = 256;
const BEST_OF = `must be an integer, 1 … ${MAX_CANDIDATES}`;
const SIZE = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/u;

const seed = z.int(`must be an integer, 0 … ${MAX_SEED}`).min(0).max(MAX_SEED);

/** Smallest and largest edge of a model's pictures, pixels. */
export function sizeLimitsOf({ imageSize }: ModelCard): { readonly min: number; readonly max: number } {
  return { min: MIN_SIZE_PX, max: imageSize * MAX_UPSCALE };
}

/** Body of `POST /v1/images/generations`, OpenAI's with `seed` and `seeds`; null is as good as absent. */
export function createImageRequestSchema(model: ModelCard) {
  const { min, max } = sizeLimitsOf(model);
  const { prompt, stages } = promptFields(model);
  const size = z
    .string('must be "auto" or "NxN"')
    .refine((text) => {
      const [, width = '', height] = SIZE.exec(text) ?? [];
      return text === 'auto' || (width === height && Number(width) >= min && Number(width) <= max);
    }, `must be "auto" or a square "NxN" with N in ${min} … ${max}: pictures are square`)
    .openapi({
      description: `Edges in pixels. Pictures are square: "auto" (${model.imageSize}x${model.imageSize}, the model's own) or "NxN" with N in ${min} … ${max}.`,
      example: 'auto',
    });
  return z
    .strictObject({
      prompt,
      n: z
        .int(`must be an integer, 1 … ${MAX_IMAGES}`)
        .min(1, `must be 1 … ${MAX_IMAGES}`)
        .max(MAX_IMAGES, `must be 1 … ${MAX_IMAGES}`)
        .nullish()
        .openapi({ description: 'Number of pictures.', default: 1 }),
      size: size.nullish(),
      response_format: z
        .enum(['url', 'b64_json'], 'must be "url" or "b64_json"')
        .nullish()
        .openapi({ default: 'url' }),
      output_format: z
        .enum(IMAGE_FORMAT_NAMES, `must be one of ${IMAGE_FORMAT_NAMES.join(', ')}`)
        .nullish()
        .openapi({ default: 'png' }),
      output_compression: z
        .int('must be an integer, 0 … 100')
        .min(0, 'must be 0 … 100')
        .max(100, 'must be 0 … 100')
        .nullish()
        .openapi({
          description: 'Encoder quality of webp, jpeg and avif; png is lossless and takes only 100.',
        }),
      user: z
        .string('must be a string')
        .max(MAX_USER_LENGTH, `must have at most ${MAX_USER_LENGTH} characters`)
        .nullish(),
      model: z.string('must be a string').nullish().openapi({ example: model.id }),
      seed: z
        .union([seed, z.literal('random')], `must be an integer, 0 … ${MAX_SEED}, or "random"`)
        .nullish()
        .openapi({
          description: 'Picture i is made from seed + i. None given: 0. Not together with `seeds`.',
        }),
      seeds: z
        .union(
          [
            z
              .array(seed, 'must be an array of n seeds')
              .min(1, 'must have at least one seed')
              .max(MAX_IMAGES, `must have n seeds, at most ${MAX_IMAGES}`),
            z.string().superRefine((text, context) => {
              const problem = seedListProblem(text);
              if (problem !== undefined) context.addIssue(problem);
            }),
          ],
          'must be an array of n seeds, or a list as "0,1,4-6"',
        )
        .nullish()
        .openapi({
          description:
            'The seed of each of the n pictures, as an array or a list with ranges ("0,1,4-6"); n may be left out. Not together with `seed`.',
        }),
      visibility: z.enum(['public', 'private'], 'must be "public" or "private"').nullish().openapi({
        description:
          'Private pictures have names of their own, and open to keys of their owner and to signed URLs alone.',
        default: 'public',
      }),
      stages,
      best_of: z.int(BEST_OF).min(1, BEST_OF).max(MAX_CANDIDATES, BEST_OF).nullish().openapi({
        description:
          'Makes so many candidates, as if n were this (`seeds` has as many then), and answers with the n that fit the prompt best, as `judge` sees them, the best first. All of them are made, kept and charged.',
      }),
      judge: z
        .enum(SCORE_JUDGES, `must be one of ${SCORE_JUDGES.join(', ')}`)
        .nullish()
        .openapi({
          description:
            'With best_of, who scores: "clip" is the model’s own CLIP, against which the generator was trained: it flatters. "independent" is one that took no part in that, and the default where the model has one, as `judge` of GET /v1/models says.',
        }),
      ...LATENT_FIELDS,
      ...ASYNC_FIELDS,
    })
    .openapi('ImageRequest');
}

export type ImageRequest = z.infer<ReturnType<typeof createImageRequestSchema>>;
