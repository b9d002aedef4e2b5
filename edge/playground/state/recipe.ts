import type { ImageBody } from '../api/images.ts';

export const FORMATS = ['png', 'webp', 'jpeg', 'avif'] as const;
type Format = (typeof FORMATS)[number];

/** 2³² − 1, the largest seed. */
export const MAX_SEED = 4_294_967_295;
export const MAX_TRUNCATION = 1.5;
export const MIN_TRUNCATION = 0.05;

/** Settings of one picture. */
export interface Recipe {
  readonly prompt: string;
  readonly seed: number;
  /** ψ, by which the noise is multiplied. */
  readonly truncation: number;
  /** Seed towards which the noise moves … */
  readonly toward: number;
  /** … and how far, 0 … 1. */
  readonly strength: number;
  /** How many times the model's own size. */
  readonly scale: number;
  readonly format: Format;
}

export const PLAIN_RECIPE: Recipe = {
  prompt: '',
  seed: 0,
  truncation: 1,
  toward: 1,
  strength: 0,
  scale: 1,
  format: 'png',
};

/**
 * The request for a recipe's picture; what is the API's default is left out.
 * @param nativePx edge of the model's own pictures.
 */
export function imageBodyOf(recipe: Recipe, nativePx: number): ImageBody {
  const { prompt, seed, truncation, toward, strength, scale, format } = recipe;
  const px = nativePx * scale;
  return {
    prompt,
    ...(seed !== PLAIN_RECIPE.seed && { seed }),
    ...(truncation !== PLAIN_RECIPE.truncation && { truncation }),
    ...(strength > 0 && { variation: { seed: toward, strength } }),
    ...(scale !== PLAIN_RECIPE.scale && { size: `${px}x${px}` }),
    ...(format !== PLAIN_RECIPE.format && { output_format: format }),
  };
}
