import type { Condition } from '../contract/condition.ts';
import { fingerprintOf } from '../contract/fingerprint.ts';
import type { GenerateRequest } from '../contract/generate.ts';
import type { Latent } from '../contract/latent.ts';
import type { ModelManifest } from '../contract/model-card.ts';
import type { FilePool } from '../pipeline/file-pool.ts';
import type { PictureFile } from '../pipeline/make-file.ts';
import { conditionMarks, xmpOf } from '../pipeline/provenance.ts';
import type { MadeRow } from './scheduler.ts';

/** One picture to make: an item of a request with its name. */
export interface Item extends Condition {
  readonly seed: number;
  readonly latent?: Latent | undefined;
  readonly fingerprint: string;
}

/** The request's items in order; equal ones share a fingerprint. */
export function itemsOf({ images, ...common }: GenerateRequest): Promise<Item[]> {
  return Promise.all(
    images.map(async (image) => ({ ...image, fingerprint: await fingerprintOf({ ...common, ...image }) })),
  );
}

export interface ItemEncoderOptions {
  readonly model: ModelManifest;
  readonly files: FilePool;
  readonly withProvenance: boolean;
}

export type EncodeItem = (
  item: Item,
  row: Pick<MadeRow, 'fd' | 'position'>,
  request: Pick<GenerateRequest, 'size' | 'format' | 'quality'>,
  signal: AbortSignal,
) => Promise<PictureFile>;

/** A row that the generator made for an item → the file that is stored, provenance inside. */
export function createItemEncoder({ model, files, withProvenance }: ItemEncoderOptions): EncodeItem {
  const nativeSize = model.generator.imageSize;
  return async (item, { fd, position }, { size, format, quality }, signal) => {
    const { seed, latent, fingerprint } = item;
    const made = {
      modelId: model.id,
      modelDigest: model.digest,
      condition: await conditionMarks(item),
      seed,
      latent,
      nativeSize,
      fingerprint,
    };
    const xmp = withProvenance ? xmpOf(made) : undefined;
    return files.make({ fd, position, nativeSize, size, format, quality, xmp }, signal);
  };
}
