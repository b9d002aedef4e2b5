import type { PictureHashes } from '../../gpu-backend/contract/picture-hashes.ts';
import type { FlightPlan } from '../flight/flight.ts';
import { type Prices, priceOf } from '../ledger/prices.ts';
import { type PictureSource, readPicture } from '../pictures/picture-source.ts';
import { type PlannedPicture, pictureNameOfPlan } from './plan-pictures.ts';

/** What is known of a planned file before anything is made. */
interface Quote {
  /** Another had it made, to be made for this request (or made by then), or the same as one before it that is. */
  readonly cache: 'hit' | 'miss' | 'joined';
  /** Whether it lies in the store by now. */
  readonly isStored: boolean;
  readonly units: number;
  /** Of what is stored, where they were asked for. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  /** Of what is stored, where it was stored with them. */
  readonly hashes: PictureHashes | undefined;
}

export type Quoted<T extends FlightPlan> = T & Quote;

export interface QuoteOptions<T extends PlannedPicture> {
  readonly source: PictureSource;
  readonly prices: Prices;
  /** Edge of the model's own pictures, pixels. */
  readonly native: number;
  /** Whether the bytes are needed, or only that the pictures exist. */
  readonly withBytes: boolean;
  /** Asked of pictures that exist: whether an earlier try of the same request had them made, and pays that. */
  readonly isOwn?: (picture: T) => Promise<boolean>;
}

/** Looks every picture up, once, and says what each costs. @throws ApiError `storage_unavailable`; as `isOwn`. */
export async function quotePictures<T extends PlannedPicture>(
  planned: readonly T[],
  { source, prices, native, withBytes, isOwn }: QuoteOptions<T>,
): Promise<Quoted<T>[]> {
  const found = new Map(
    await Promise.all(
      planned.filter(isFirst).map(async (first) => {
        const stored = await lookUp(first, source, withBytes);
        const isMade = !stored || ((await isOwn?.(first)) ?? false);
        return [first.fingerprint, { first, stored, isMade }] as const;
      }),
    ),
  );
  return planned.map((picture): Quoted<T> => {
    const { first, stored, isMade } = found.get(picture.fingerprint) ?? {};
    const made = isMade === true && picture === first;
    const units = priceOf({ size: picture.recipe.size, made }, prices, native);
    const cache = made ? 'miss' : stored ? 'hit' : 'joined';
    return {
      ...picture,
      cache,
      isStored: stored !== undefined,
      units,
      bytes: stored?.bytes,
      hashes: stored?.hashes,
    };
  });
}

/** Of pictures that are the same the first is the one that is made, and pays. */
function isFirst(picture: PlannedPicture, index: number, planned: readonly PlannedPicture[]): boolean {
  return planned.findIndex(({ fingerprint }) => fingerprint === picture.fingerprint) === index;
}

async function lookUp(
  plan: PlannedPicture,
  source: PictureSource,
  withBytes: boolean,
): Promise<Pick<Quote, 'bytes' | 'hashes'> | undefined> {
  const name = pictureNameOfPlan(plan);
  if (!withBytes) {
    const object = await source.head(name);
    return object && { bytes: undefined, hashes: object.hashes };
  }
  const picture = await source.open(name);
  return picture && { bytes: await readPicture(picture), hashes: picture.hashes };
}
