import { fingerprintOf } from '../contract/fingerprint.ts';
import type { GenerateRequest } from '../contract/generate.ts';
import { sha256Hex } from '../contract/hex.ts';
import type { ModelManifest } from '../contract/model-card.ts';
import { encodePicture } from '../pipeline/encode.ts';
import { pixelsFromImage } from '../pipeline/post-process.ts';
import { xmpOf } from '../pipeline/provenance.ts';
import { resampleImage } from '../pipeline/resample.ts';

/** One picture to make: an item of a request with its name. */
export interface Item {
  readonly prompt: string;
  readonly seed: number;
  readonly fingerprint: string;
}

/** The request's items in order; equal ones share a fingerprint. */
export function itemsOf({ images, ...common }: GenerateRequest): Promise<Item[]> {
  return Promise.all(
    images.map(async ({ prompt, seed }) => ({
      prompt,
      seed,
      fingerprint: await fingerprintOf({ ...common, prompt, seed }),
    })),
  );
}

export type EncodeItem = (
  item: Item,
  image: Float32Array,
  options: Pick<GenerateRequest, 'size' | 'format' | 'quality'>,
) => Promise<Uint8Array<ArrayBuffer>>;

/**
 * The generator's image `[3, imageSize, imageSize]` of an item → the file that is stored: resampled to the size asked
 * for, encoded, provenance inside.
 */
export function createItemEncoder(model: ModelManifest, withProvenance: boolean): EncodeItem {
  const nativeSize = model.generator.imageSize;
  return async ({ prompt, seed, fingerprint }, image, { size, format, quality }) => {
    const promptHash = await sha256Hex(prompt);
    const made = { modelId: model.id, modelDigest: model.digest, promptHash, seed, nativeSize, fingerprint };
    const xmp = withProvenance ? xmpOf(made) : undefined;
    const pixels = pixelsFromImage(resampleImage(image, nativeSize, size), size);
    return encodePicture(pixels, { format, quality, xmp });
  };
}
