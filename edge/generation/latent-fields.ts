import { z } from '@hono/zod-openapi';
import { MAX_TRUNCATION } from '../../gpu-backend/contract/latent.ts';
import { MAX_SEED } from '../../gpu-backend/contract/noise.ts';

const TRUNCATION = `must be a number above 0, at most ${MAX_TRUNCATION}`;
const STRENGTH = 'must be a number, 0 … 1';
const SEED = `must be an integer, 0 … ${MAX_SEED}`;

/** Fields of an image request that steer its noise. @see ../../gpu-backend/contract/latent.ts */
export const LATENT_FIELDS = {
  truncation: z.number(TRUNCATION).gt(0, TRUNCATION).max(MAX_TRUNCATION, TRUNCATION).nullish().openapi({
    description: 'ψ, by which the noise is multiplied: below 1 pictures are more typical and more alike.',
    default: 1,
    example: 0.7,
  }),
  variation: z
    .strictObject(
      {
        seed: z.int(SEED).min(0, SEED).max(MAX_SEED, SEED),
        strength: z.number(STRENGTH).min(0, STRENGTH).max(1, STRENGTH),
      },
      'must be an object with seed and strength',
    )
    .nullish()
    .openapi({
      description:
        'Moves each picture’s noise towards that of another seed, on the sphere: 0 not at all, 1 all the way.',
      example: { seed: 5, strength: 0.3 },
    }),
};
