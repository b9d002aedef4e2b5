import { z } from '@hono/zod-openapi';
import { MAX_GRID_EDGE } from '../../gpu-backend/contract/compose.ts';
import { MAX_TRUNCATION } from '../../gpu-backend/contract/latent.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import { MAX_SEED } from '../../gpu-backend/contract/noise.ts';
import { createImageRequestSchema } from '../generation/image-request.ts';
import { compositionFields } from './composition-fields.ts';

export const AXIS_PARAMETERS = [
  'prompt',
  'seed',
  'truncation',
  'variation_seed',
  'variation_strength',
] as const;

const VALUES = `must be an array of 1 … ${MAX_GRID_EDGE} values`;
const SEED = `must be an integer, 0 … ${MAX_SEED}`;
const STRENGTH = 'must be a number, 0 … 1';
const TRUNCATION = `must be a number above 0, at most ${MAX_TRUNCATION}`;

const seed = z.int(SEED).min(0, SEED).max(MAX_SEED, SEED);
const strength = z.number(STRENGTH).min(0, STRENGTH).max(1, STRENGTH);

/** Body of `POST /v1/grids`; null is as good as absent. */
export function createGridRequestSchema(model: ModelCard) {
  const { shape } = createImageRequestSchema(model);
  const axisOf = <Name extends (typeof AXIS_PARAMETERS)[number], Value extends z.ZodType>(
    name: Name,
    value: Value,
  ) =>
    z.strictObject({
      parameter: z.literal(name),
      values: z.array(value, VALUES).min(1, VALUES).max(MAX_GRID_EDGE, VALUES),
    });
  const axis = z.discriminatedUnion(
    'parameter',
    [
      axisOf('prompt', shape.prompt),
      axisOf('seed', seed),
      axisOf('truncation', z.number(TRUNCATION).gt(0, TRUNCATION).max(MAX_TRUNCATION, TRUNCATION)),
      axisOf('variation_seed', seed),
      axisOf('variation_strength', strength),
    ],
    `must have a parameter, one of ${AXIS_PARAMETERS.join(', ')}, and 1 … ${MAX_GRID_EDGE} values of it`,
  );
  return z
    .strictObject({
      columns: axis.openapi({
        description: 'What changes from column to column; another parameter than that of the rows.',
        example: { parameter: 'seed', values: [0, 1, 2, 3] },
      }),
      rows: axis.openapi({
        description: 'What changes from row to row.',
        example: { parameter: 'truncation', values: [0.5, 1] },
      }),
      prompt: shape.prompt.nullish().openapi({ description: 'Of all cells, where it is on no axis.' }),
      stages: shape.stages,
      seed: seed.nullish().openapi({ description: 'Of all cells, where it is on no axis.', default: 0 }),
      truncation: shape.truncation,
      variation: z
        .strictObject(
          { seed: seed.nullish(), strength: strength.nullish() },
          'must be an object with seed and strength',
        )
        .nullish()
        .openapi({
          description: 'As of a picture; what is on an axis is left out here.',
          example: { seed: 5, strength: 0.3 },
        }),
      output_format: z
        .enum(['png', 'webp'], 'must be png or webp')
        .nullish()
        .openapi({ description: 'Of the sheet.', default: 'png' }),
      ...compositionFields(shape),
    })
    .openapi('GridRequest');
}

export type GridRequest = z.infer<ReturnType<typeof createGridRequestSchema>>;
export type GridAxis = GridRequest['columns'];
