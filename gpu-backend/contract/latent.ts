import { z } from 'zod';
import { MAX_SEED, noiseFromSeed } from './noise.ts';

/** Beyond this the noise leaves what generators are trained on, and pictures fall apart. */
export const MAX_TRUNCATION = 1.5;

/**
 * What is done to a seed's noise, the written specification `latent/1`. All of it in float64, rounded once to float32:
 *
 * 1. Variation: from the seed's noise a towards another seed's b on the sphere, by strength t:
 *    sin((1 − t)·Ω)/sin Ω · a + sin(t·Ω)/sin Ω · b with Ω the angle between a and b (Shoemake 1985).
 * 2. Truncation: times ψ. Below 1 pictures are more alike and more typical.
 *
 * In a request to the backend, and in a fingerprint, only what changes something stands here.
 * @see canonicalLatent
 */
export const latentSchema = z
  .strictObject({
    /** ψ in (0, 1.5], not 1. */
    truncation: z
      .number()
      .gt(0)
      .max(MAX_TRUNCATION)
      .refine((value) => value !== 1, 'must be left out where it is 1')
      .optional(),
    variation: z
      .strictObject({ seed: z.int().min(0).max(MAX_SEED), strength: z.number().gt(0).max(1) })
      .optional(),
  })
  .refine(({ truncation, variation }) => truncation !== undefined || variation !== undefined, 'is empty');

export type Latent = z.infer<typeof latentSchema>;

/** What a caller asks for: null, and what changes nothing, are as good as absent. */
export interface LatentWish {
  readonly truncation?: number | null | undefined;
  readonly variation?: { readonly seed: number; readonly strength: number } | null | undefined;
}

/** The one form in which pictures of this noise are named; undefined where it is the seed's own. */
export function canonicalLatent(seed: number, { truncation, variation }: LatentWish): Latent | undefined {
  const isTruncated = truncation != null && truncation !== 1;
  const isVaried = variation != null && variation.strength !== 0 && variation.seed !== seed;
  if (!isTruncated && !isVaried) return undefined;
  return { ...(isTruncated && { truncation }), ...(isVaried && { variation }) };
}

/** The noise that lies `t` (0 … 1) of the way from one seed's to another's, on the sphere; at 0 and 1 a seed's own. */
export function noiseBetween(
  from: number,
  to: number,
  t: number,
): { readonly seed: number } & Pick<LatentWish, 'variation'> {
  if (t === 1) return { seed: to };
  return t === 0 || from === to ? { seed: from } : { seed: from, variation: { seed: to, strength: t } };
}

/** As it stands in fingerprints and kept recipes: specification, ψ, and the variation's seed and strength if there is one. */
export const latentRowSchema = z.tuple([z.literal('latent/1'), z.number()]).rest(z.number());

export type LatentRow = z.infer<typeof latentRowSchema>;

export function latentRowOf({ truncation = 1, variation }: Latent): LatentRow {
  return ['latent/1', truncation, ...(variation ? [variation.seed, variation.strength] : [])];
}

export function latentOfRow([, truncation, seed, strength]: LatentRow): Latent {
  return {
    ...(truncation !== 1 && { truncation }),
    ...(seed !== undefined && strength !== undefined && { variation: { seed, strength } }),
  };
}

/** Noise `[length]` float32 of a seed after all that `latent` asks for. */
export function latentNoise(
  seed: number,
  latent: Latent | undefined,
  length: number,
): Float32Array<ArrayBuffer> {
  const own = noiseFromSeed(seed, length);
  if (!latent) return own;
  const { truncation = 1, variation } = latent;
  if (!variation) return own.map((value) => truncation * value);
  const other = noiseFromSeed(variation.seed, length);
  const [a, b] = slerpWeights(own, other, variation.strength);
  return own.map((value, at) => truncation * (a * value + b * (other[at] ?? 0)));
}

/** Below this angle's sine the sphere is flat. */
const FLAT = 1e-6;

function slerpWeights(own: Float32Array, other: Float32Array, strength: number): readonly [number, number] {
  const cosine = dot(own, other) / Math.sqrt(dot(own, own) * dot(other, other));
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  const sine = Math.sin(angle);
  if (sine < FLAT) return [1 - strength, strength];
  return [Math.sin((1 - strength) * angle) / sine, Math.sin(strength * angle) / sine];
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}
