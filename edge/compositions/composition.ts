import { z } from '@hono/zod-openapi';
import { COMPOSED_FORMATS } from '../../gpu-backend/contract/compose.ts';
import { seedSchema } from '../../gpu-backend/contract/generate.ts';
import { pictureHashesSchema } from '../../gpu-backend/contract/picture-hashes.ts';
import { imagesSchema } from '../generation/images.ts';

const cache = z.enum(['hit', 'miss', 'joined']);
const fingerprint = z.string().regex(/^[0-9a-f]{64}$/u);
const units = z.int();
const thumbhash = pictureHashesSchema.shape.thumbhash.nullable();
const phash = pictureHashesSchema.shape.phash.nullable();

const composedPictureSchema = z.object({
  url: z.url().openapi({ description: 'Immutable. A private picture’s needs a key of its owner.' }),
  seed: seedSchema,
  fingerprint,
  cache: cache.openapi({
    description: 'Whether the picture existed, was made for this request, or was being made for another.',
  }),
  units: units.openapi({ description: 'Charged for this picture.' }),
  thumbhash: thumbhash.openapi({
    description: 'ThumbHash in base64. Null: not looked up, since the file existed; or not known.',
  }),
  phash: phash.openapi({ description: 'DCT hash, 64 bits in hexadecimal. Null as thumbhash.' }),
  x: units.optional().openapi({ description: 'On a sheet: where its left edge lies, pixels.' }),
  y: units.optional().openapi({ description: 'On a sheet: where its upper edge lies, pixels.' }),
});

const fileSchema = z.object({
  url: z.url().openapi({ description: 'Immutable. A private file’s needs a key of its owner.' }),
  fingerprint,
  format: z.enum(COMPOSED_FORMATS),
  width: units,
  height: units,
  cache: cache.openapi({ description: 'Whether the file existed, or was put together.' }),
  units: units.openapi({ description: 'Charged for putting it together.' }),
  thumbhash: thumbhash.openapi({ description: 'Of an animation: that of its first frame.' }),
  phash: phash.openapi({ description: 'Of an animation: that of its first frame.' }),
});

/** Answer of `POST /v1/interpolations` and `POST /v1/grids`. */
export const compositionSchema = z
  .object({
    object: z.enum(['interpolation', 'grid']),
    ...imagesSchema.pick({ created: true, model: true, native: true, usage: true }).shape,
    size: z.string().openapi({ description: 'Of each picture.', example: '64x64' }),
    // Not `nullable`, which the OpenAPI document would have as all of both.
    file: z
      .union([fileSchema, z.null()])
      .openapi({ description: 'Animation or sheet; null where the frames alone were asked for.' }),
    data: z.array(composedPictureSchema).openapi({
      description: 'The frames in order, or the cells row by row: ordinary pictures, png.',
    }),
  })
  .openapi('Composition');

export type Composition = z.infer<typeof compositionSchema>;

/** Answer of a dry run. */
export const compositionQuoteSchema = z
  .object({
    object: z.literal('quote'),
    model: z.string(),
    units: units.openapi({
      description: 'What the request would be charged now; less if others make its pictures in between.',
    }),
    file: z.union([fileSchema.pick({ fingerprint: true, cache: true, units: true }), z.null()]),
    data: z.array(composedPictureSchema.pick({ seed: true, fingerprint: true, cache: true, units: true })),
  })
  .openapi('CompositionQuote');

export type CompositionQuote = z.infer<typeof compositionQuoteSchema>;
