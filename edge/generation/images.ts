import { z } from '@hono/zod-openapi';
import { seedSchema } from '../../gpu-backend/contract/generate.ts';
import { IMAGE_FORMAT_NAMES } from '../../gpu-backend/contract/image-format.ts';

const imageSchema = z.object({
  url: z.url().optional().openapi({ description: 'Public, immutable; with response_format "url".' }),
  b64_json: z.base64().optional().openapi({ description: 'With response_format "b64_json".' }),
  seed: seedSchema,
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/u),
  cache: z.enum(['hit', 'miss']).openapi({ description: 'Whether the picture existed or was made now.' }),
});

/** Answer of `POST /v1/images/generations`, OpenAI's with what else is known of each picture. */
export const imagesSchema = z
  .object({
    created: z.int().openapi({ description: 'Seconds since 1970.' }),
    model: z.string(),
    size: z.string().openapi({ example: '64x64' }),
    output_format: z.enum(IMAGE_FORMAT_NAMES),
    native: z.int().openapi({ description: "Edge of the model's own pictures; other sizes are resampled." }),
    data: z.array(imageSchema),
  })
  .openapi('Images');

export type Images = z.infer<typeof imagesSchema>;
