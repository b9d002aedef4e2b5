import { z } from '@hono/zod-openapi';
import { MAX_COMPOSED, MAX_FPS } from '../../gpu-backend/contract/compose.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import { MAX_SEED } from '../../gpu-backend/contract/noise.ts';
import { createImageRequestSchema } from '../generation/image-request.ts';
import { compositionFields } from './composition-fields.ts';
import { EASINGS } from './easing.ts';

const MAX_KEYFRAMES = 16;
const KEYFRAMES = `must be an array of 2 … ${MAX_KEYFRAMES} key frames`;
const SEED = `must be an integer, 0 … ${MAX_SEED}`;
const FRAMES = `must be an integer, 2 … ${MAX_COMPOSED}`;
const FPS = `must be an integer, 1 … ${MAX_FPS}`;
const COLUMNS = `must be an integer, 1 … ${MAX_COMPOSED}`;

/** Body of `POST /v1/interpolations`; null is as good as absent. */
export function createInterpolationRequestSchema(model: ModelCard) {
  const { shape } = createImageRequestSchema(model);
  const keyframe = z.strictObject(
    {
      prompt: shape.prompt,
      stages: shape.stages,
      seed: z
        .int(SEED)
        .min(0, SEED)
        .max(MAX_SEED, SEED)
        .nullish()
        .openapi({ description: '0 unless given.' }),
    },
    'must be an object with prompt and seed',
  );
  return z
    .strictObject({
      keyframes: z
        .array(keyframe, KEYFRAMES)
        .min(2, KEYFRAMES)
        .max(MAX_KEYFRAMES, KEYFRAMES)
        .openapi({
          description:
            'Pictures that the frames lead through. Between two of them the noise goes along the sphere and the prompts’ conditions in a straight line. Each is a frame itself, the same as the single picture.',
          example: [
            { prompt: 'a red apple', seed: 7 },
            { prompt: 'a banana', seed: 9 },
          ],
        }),
      frames: z.int(FRAMES).min(2, FRAMES).max(MAX_COMPOSED, FRAMES).nullish().openapi({
        description: 'How many frames there are in all, at least one for each key frame.',
        default: 24,
      }),
      easing: z
        .enum(EASINGS, `must be one of ${EASINGS.join(', ')}`)
        .nullish()
        .openapi({ default: 'linear' }),
      loop: z.boolean('must be true or false').nullish().openapi({
        description:
          'true: the last frames lead back to the first, which follows them, for ever. false: the animation is shown once.',
        default: false,
      }),
      truncation: shape.truncation,
      output: z
        .enum(['animation', 'sheet', 'frames'], 'must be one of animation, sheet, frames')
        .nullish()
        .openapi({
          description: 'What is made of the frames: an animation, a sprite sheet, or nothing.',
          default: 'animation',
        }),
      output_format: z.enum(['webp', 'gif', 'png'], 'must be one of webp, gif, png').nullish().openapi({
        description: 'webp unless given; an animation may be gif, a sheet png.',
        example: 'webp',
      }),
      fps: z.int(FPS).min(1, FPS).max(MAX_FPS, FPS).nullish().openapi({
        description: 'Of an animation: frames in a second; 12 unless given.',
        example: 12,
      }),
      columns: z.int(COLUMNS).min(1, COLUMNS).max(MAX_COMPOSED, COLUMNS).nullish().openapi({
        description: 'Of a sheet: frames in a row; about as many as there are rows unless given.',
        example: 6,
      }),
      ...compositionFields(shape),
    })
    .openapi('InterpolationRequest');
}

export type InterpolationRequest = z.infer<ReturnType<typeof createInterpolationRequestSchema>>;
