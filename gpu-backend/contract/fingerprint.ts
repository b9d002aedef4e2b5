import type { Condition } from './condition.ts';
import { sha256Hex } from './hex.ts';
import { FILE_FORMATS, type FileFormat, type ImageFormat } from './image-format.ts';
import { type Latent, latentRowOf } from './latent.ts';
import { NOISE_SPEC } from './noise.ts';

/**
 * Changes when the same recipe would no longer give the same picture (post-processing, encoder settings). 1 enlarged
 * with libvips' bicubic; 2 resamples with Lanczos-3.
 */
const FINGERPRINT_SCHEME = 'galip-edge/2';

/** Everything that one picture follows from. */
export interface Recipe extends Condition {
  /** Digest of the model directory: 64 hex digits. @see model-card.ts */
  readonly model: string;
  /** 0 … 2⁵³ − 1. */
  readonly seed: number;
  /** What is done to the seed's noise, in canonical form; absent: nothing. @see latent.ts */
  readonly latent?: Latent | undefined;
  /** Edge of the square picture, pixels. */
  readonly size: number;
  readonly format: ImageFormat;
  /** Encoder quality 1 … 100; null for lossless formats. */
  readonly quality: number | null;
  /** Owner of a private picture; absent: the picture is public. */
  readonly tenant?: string | undefined;
}

/**
 * The picture's name in the world: SHA-256 over the recipe as a JSON array in fixed order, 64 hex digits.
 * Equal fingerprints are equal pictures; the noise specification is part of it. After that stand what is done to the
 * noise and the stages that differ, an array each, where there are any; and at the end a private picture's owner, a
 * string, so that nobody else's request can come to the same name.
 */
export function fingerprintOf(recipe: Recipe): Promise<string> {
  const { model, prompt, stages, seed, latent, size, format, quality, tenant } = recipe;
  const control = latent === undefined ? [] : [latentRowOf(latent)];
  const owner = tenant === undefined ? [] : [tenant];
  return sha256Hex(
    JSON.stringify([
      FINGERPRINT_SCHEME,
      model,
      prompt,
      NOISE_SPEC,
      seed,
      size,
      format,
      quality,
      ...control,
      ...(stages === undefined ? [] : [stages]),
      ...owner,
    ]),
  );
}

/** Where a file lies in the object store: private ones under their owner, out of reach of public URLs. */
export function objectKeyOf(fingerprint: string, format: FileFormat, tenant?: string): string {
  const folder = tenant === undefined ? 'i' : `p/${tenant}`;
  return `${folder}/${fingerprint}.${FILE_FORMATS[format].extension}`;
}
