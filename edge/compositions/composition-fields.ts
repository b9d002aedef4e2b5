import { z } from '@hono/zod-openapi';
import { ASYNC_FIELDS } from '../generation/async-fields.ts';
import type { createImageRequestSchema } from '../generation/image-request.ts';

/** Fields that every composition has. @param images those of an image request, some of which are the same */
export function compositionFields({
  size,
  model,
  user,
  visibility,
  output_compression,
}: ReturnType<typeof createImageRequestSchema>['shape']) {
  return {
    size,
    output_compression: output_compression.openapi({
      description: 'Encoder quality of webp (90 unless given). png and gif take only 100.',
    }),
    lossless: z.boolean('must be true or false').nullish().openapi({
      description: 'true: webp without loss, every pixel as in its picture. gif has 256 colours a frame.',
    }),
    stream: z.boolean('must be true or false').nullish().openapi({
      description:
        'true: answer with server-sent events: `picture` for each picture as it is made, then `done` with the answer, or `error`.',
      default: false,
    }),
    model,
    user,
    visibility,
    ...ASYNC_FIELDS,
  };
}
