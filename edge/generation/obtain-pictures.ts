import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { Backend } from '../adapters/backend.ts';
import type { PictureSource } from '../pictures/picture-source.ts';
import { readPicture } from '../pictures/picture-source.ts';
import type { PlannedPicture } from './plan-pictures.ts';

export interface ObtainedPicture extends PlannedPicture, Known {}

interface Known {
  /** Made for this request, or known before. */
  readonly cache: 'hit' | 'miss';
  /** Undefined where only the URL was asked for. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

export interface ObtainOptions {
  readonly source: PictureSource;
  readonly backend: Backend;
  /** Whether the bytes are needed, or only that the pictures exist. */
  readonly withBytes: boolean;
}

/**
 * The planned pictures, in their order: those that exist from cache or store, all others made in one call.
 * @throws ApiError `storage_unavailable` (nothing is made then), `backend_unavailable`.
 */
export async function obtainPictures(
  planned: readonly PlannedPicture[],
  { source, backend, withBytes }: ObtainOptions,
): Promise<ObtainedPicture[]> {
  const distinct = [...new Map(planned.map((picture) => [picture.fingerprint, picture])).values()];
  const lookedUp = await Promise.all(distinct.map((picture) => lookUp(picture, source, withBytes)));
  const obtained = new Map<string, Known>();
  const misses: PlannedPicture[] = [];
  for (const [index, picture] of distinct.entries()) {
    const found = lookedUp[index];
    if (found) obtained.set(picture.fingerprint, found);
    else misses.push(picture);
  }
  for (const [fingerprint, bytes] of await make(misses, source, backend)) {
    obtained.set(fingerprint, { cache: 'miss', bytes: withBytes ? bytes : undefined });
  }
  return planned.map((picture) => {
    const known = obtained.get(picture.fingerprint);
    if (!known) throw new Error('every planned picture was found or made');
    return { ...picture, ...known };
  });
}

async function lookUp(
  { recipe, fingerprint }: PlannedPicture,
  source: PictureSource,
  withBytes: boolean,
): Promise<Known | undefined> {
  const name = { fingerprint, format: recipe.format };
  if (!withBytes) return (await source.head(name)) && { cache: 'hit', bytes: undefined };
  const picture = await source.open(name);
  return picture && { cache: 'hit', bytes: await readPicture(picture) };
}

async function make(
  misses: readonly PlannedPicture[],
  source: PictureSource,
  backend: Backend,
): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
  const made = new Map<string, Uint8Array<ArrayBuffer>>();
  const [first] = misses;
  if (!first) return made;
  const { model, size, format, quality } = first.recipe;
  const images = misses.map(({ recipe: { prompt, seed } }) => ({ prompt, seed }));
  const { pictures } = await backend.generate({ model, images, size, format, quality });
  if (
    pictures.length !== misses.length ||
    pictures.some(({ fingerprint }, index) => fingerprint !== misses[index]?.fingerprint)
  ) {
    // Caching a picture under a name that is not its own could never be mended.
    throw new ApiError('backend_unavailable', {
      cause: new Error('backend made other pictures than asked for'),
    });
  }
  for (const { fingerprint, etag, bytes } of pictures) {
    made.set(fingerprint, bytes);
    source.cache({ fingerprint, format }, { etag, sizeBytes: bytes.length, bytes });
  }
  return made;
}
