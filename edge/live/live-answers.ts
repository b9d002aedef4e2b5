import { z } from '@hono/zod-openapi';
import type { ApiError } from '../../gpu-backend/contract/errors.ts';
import { type Images, imagesSchema } from '../generation/images.ts';
import { PartlyMade } from '../generation/partly-made.ts';
import { SpendingRefused } from '../generation/spending-refused.ts';

const id = z.string().openapi({ description: 'Of the message that is answered.' });
const remaining = imagesSchema.shape.usage.shape.remaining;
const milliseconds = z.int().nonnegative();

/** What a live socket says in text frames. */
export const liveAnswerSchema = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('ready'), model: z.string(), native: z.int() }),
    imagesSchema.shape.data.element
      .omit({ b64_json: true })
      .extend(
        imagesSchema.pick({ created: true, model: true, size: true, output_format: true, native: true })
          .shape,
      )
      .extend({
        type: z.literal('picture'),
        id,
        remaining,
        bytes: z.int().openapi({ description: 'Length of the binary frame that follows: the picture.' }),
        timings: z.object({
          waited_ms: milliseconds.openapi({ description: 'Behind the request before it.' }),
          made_ms: milliseconds.openapi({ description: 'From then on to the picture’s bytes.' }),
        }),
      }),
    z.object({ type: z.literal('superseded'), id }),
    z.object({
      type: z.literal('error'),
      id: id.nullable(),
      error: z.object({
        message: z.string(),
        type: z.string(),
        code: z.string(),
        param: z.string().nullable(),
      }),
      retry_after: z
        .int()
        .nullable()
        .openapi({ description: 'Seconds after which the same may be asked again.' }),
      remaining: remaining.optional(),
    }),
  ])
  .openapi('LiveAnswer');

export type LiveAnswer = z.infer<typeof liveAnswerSchema>;

interface PictureTimes {
  readonly waitedMs: number;
  readonly madeMs: number;
}

export function pictureAnswer(id: string, images: Images, bytes: number, times: PictureTimes): LiveAnswer {
  const { data, usage, ...common } = images;
  const [image] = data;
  if (!image) throw new Error('a live request is answered with one picture');
  const timings = { waited_ms: times.waitedMs, made_ms: times.madeMs };
  return { type: 'picture', id, ...image, ...common, remaining: usage.remaining, bytes, timings };
}

export function errorAnswer(id: string | null, error: ApiError): LiveAnswer {
  return {
    type: 'error',
    id,
    ...error.toBody(),
    retry_after: error.retryAfterS ?? null,
    ...((error instanceof SpendingRefused || error instanceof PartlyMade) && {
      remaining: error.allowance.remaining,
    }),
  };
}
