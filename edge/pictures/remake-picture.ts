import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import type { Flights } from '../flight/flight.ts';
import type { RecipeBook } from '../recipes/recipe-book.ts';
import type { PictureName } from './picture-name.ts';
import type { Picture, PictureSource } from './picture-source.ts';

/** Bound of making a picture that its URL is asked for. */
const DEADLINE_MS = 65_000;

export interface RemakeOptions {
  readonly recipes: Pick<RecipeBook, 'find'>;
  readonly flights: Flights;
  readonly model: ModelCard;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * The picture, made again from its recipe where the store has lost it; undefined where there never was one. Charged to
 * nobody: it was paid for when it was made first, and its flight lets no more than one be made at a time.
 * @throws ApiError `gone` when the model that made it is no longer the one in use; `storage_unavailable`; whatever the
 * flight fails with.
 */
export type OpenPicture = (name: PictureName, source: PictureSource) => Promise<Picture | undefined>;

export function createOpenPicture({ recipes, flights, model, now }: RemakeOptions): OpenPicture {
  return async (name, source) => {
    const { fingerprint, format, tenant } = name;
    const existing = await source.open(name);
    if (existing) return existing;
    const recipe = await recipes.find(fingerprint);
    if (!recipe || recipe.format !== format || recipe.tenant !== tenant) return undefined;
    if (recipe.model !== model.digest) {
      throw new ApiError('gone', {
        message: `The model that made this picture (${recipe.model}) is no longer in use, and its object is gone.`,
      });
    }
    const call = { deadline: now() + DEADLINE_MS, withBytes: true };
    const { result: _, bytes, ...object } = await flights.generate({ recipe, fingerprint }, call);
    if (!bytes) return source.open(name);
    source.cache(name, { ...object, bytes });
    return { ...object, body: bytes };
  };
}
