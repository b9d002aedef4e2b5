import { type Prices, priceOf } from '../ledger/prices.ts';
import { type PictureSource, readPicture } from '../pictures/picture-source.ts';
import { type PlannedPicture, pictureNameOfPlan } from './plan-pictures.ts';

/** A planned picture with what is known of it before anything is made. */
export interface QuotedPicture extends PlannedPicture {
  /** In the store, to be made, or the same as one before it that is to be made. */
  readonly cache: 'hit' | 'miss' | 'joined';
  readonly units: number;
  /** Of a hit, where they were asked for. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

export interface QuoteOptions {
  readonly source: PictureSource;
  readonly prices: Prices;
  /** Edge of the model's own pictures, pixels. */
  readonly native: number;
  /** Whether the bytes are needed, or only that the pictures exist. */
  readonly withBytes: boolean;
}

/** Looks every picture up, once, and says what each costs. @throws ApiError `storage_unavailable` */
export async function quotePictures(
  planned: readonly PlannedPicture[],
  { source, prices, native, withBytes }: QuoteOptions,
): Promise<QuotedPicture[]> {
  const distinct = [...new Map(planned.map((picture) => [picture.fingerprint, picture])).values()];
  const found = new Map(
    await Promise.all(
      distinct.map(
        async (picture) => [picture.fingerprint, await lookUp(picture, source, withBytes)] as const,
      ),
    ),
  );
  const toMake = new Set<string>();
  return planned.map((picture): QuotedPicture => {
    const hit = found.get(picture.fingerprint);
    const made = !hit && !toMake.has(picture.fingerprint);
    if (made) toMake.add(picture.fingerprint);
    const units = priceOf({ size: picture.recipe.size, made }, prices, native);
    return { ...picture, cache: hit ? 'hit' : made ? 'miss' : 'joined', units, bytes: hit?.bytes };
  });
}

async function lookUp(
  plan: PlannedPicture,
  source: PictureSource,
  withBytes: boolean,
): Promise<Pick<QuotedPicture, 'bytes'> | undefined> {
  const name = pictureNameOfPlan(plan);
  if (!withBytes) return (await source.head(name)) && { bytes: undefined };
  const picture = await source.open(name);
  return picture && { bytes: await readPicture(picture) };
}
