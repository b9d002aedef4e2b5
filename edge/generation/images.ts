import { z } from '@hono/zod-openapi';
import { seedSchema } from '../../gpu-backend/contract/generate.ts';
import { IMAGE_FORMAT_NAMES } from '../../gpu-backend/contract/image-format.ts';
import { pictureHashesSchema } from '../../gpu-backend/contract/picture-hashes.ts';
import { SCORE_JUDGES } from '../../gpu-backend/contract/score-judge.ts';

const imageSchema = z.object({
  url: z.url().optional().openapi({
    description: 'Immutable; with response_format "url". A private picture’s needs a key of its owner.',
  }),
  b64_json: z.base64().optional().openapi({ description: 'With response_format "b64_json".' }),
  seed: seedSchema,
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/u),
  cache: z.enum(['hit', 'miss', 'joined']).openapi({
    description: 'Whether the picture existed, was made for this request, or was being made for another.',
  }),
  units: z.int().openapi({ description: 'Charged for this picture.' }),
  thumbhash: pictureHashesSchema.shape.thumbhash.nullable().openapi({
    description:
      'ThumbHash in base64: a blurred picture to show until the real one is there. Null: stored before there were any.',
  }),
  phash: pictureHashesSchema.shape.phash.nullable().openapi({
    description:
      'DCT hash, 64 bits in hexadecimal: pictures that look alike differ in few bits. Null as thumbhash.',
  }),
  score: z.number().optional().openapi({
    description:
      'With best_of: cosine of the angle between the judge’s embeddings of picture and prompt, −1 … 1.',
  }),
});

/** Stands beside every score of the model's own CLIP. */
export const SCORE_CAVEAT =
  'The generator was trained against the CLIP that scores: scores rank pictures of one prompt, and flatter all of them.';

/** Answer of `POST /v1/images/generations`, OpenAI's with what else is known of each picture. */
export const imagesSchema = z
  .object({
    created: z.int().openapi({ description: 'Seconds since 1970.' }),
    model: z.string(),
    size: z.string().openapi({ example: '64x64' }),
    output_format: z.enum(IMAGE_FORMAT_NAMES),
    native: z.int().openapi({ description: "Edge of the model's own pictures; other sizes are resampled." }),
    data: z.array(imageSchema),
    best_of: z
      .object({
        candidates: z.int().openapi({ description: 'Pictures that were made, kept and charged.' }),
        judge: z.enum(SCORE_JUDGES).openapi({
          description:
            'Whose scores they are: the model’s own CLIP, or one that took no part in the generator’s training. Scores of two judges cannot be compared.',
        }),
        judge_name: z.string().optional().openapi({
          description: 'Name of the independent judge.',
          example: 'emoji-64-judge',
        }),
        caveat: z
          .string()
          .optional()
          .openapi({ description: 'What to know of scores by the model’s own CLIP.' }),
      })
      .optional(),
    usage: z.object({
      units: z.int().openapi({
        description: 'Charged for this request; with best_of also for those that it does not show.',
      }),
      remaining: z.int().nullable().openapi({ description: 'Units that the key has left; null: no limit.' }),
    }),
  })
  .openapi('Images');

export type Images = z.infer<typeof imagesSchema>;

const quotedImageSchema = imageSchema.pick({ seed: true, fingerprint: true, units: true }).extend({
  cache: z.enum(['hit', 'miss', 'joined']).openapi({ description: 'How the picture would come.' }),
});

/** Answer of a dry run. */
export const quoteSchema = z
  .object({
    object: z.literal('quote'),
    model: z.string(),
    units: z.int().openapi({
      description: 'What the request would be charged now; less if others make its pictures in between.',
    }),
    data: z.array(quotedImageSchema),
  })
  .openapi('Quote');

export type Quote = z.infer<typeof quoteSchema>;
