import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import { planComposition } from '../compositions/plan-composition.ts';
import type { CompositionPlan, FlightPlan, Flights } from '../flight/flight.ts';
import { nameOfPlan } from '../flight/plan-name.ts';
import { inTurns } from '../generation/in-turns.ts';
import type { KeptComposition, RecipeBook } from '../recipes/recipe-book.ts';
import { type PictureName, pictureKeyOf } from './picture-name.ts';
import type { Picture, PictureSource } from './picture-source.ts';

/** Bound of making a picture that its URL is asked for. */
const DEADLINE_MS = 65_000;
/** Lost pictures of a composition that are made again at a time: nobody pays, and others wait. */
const FLIGHTS_AT_ONCE = 4;

export interface RemakeOptions {
  readonly recipes: Pick<RecipeBook, 'find'>;
  readonly flights: Flights;
  readonly model: ModelCard;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * The picture or composition, made again from its recipe where the store has lost it; undefined where there never was
 * one. Charged to nobody: it was paid for when it was made first, and its flight lets no more than one be made at a time.
 * @throws ApiError `gone` when the model that made it is no longer the one in use; `storage_unavailable`; whatever the
 * flight fails with.
 */
export type OpenPicture = (name: PictureName, source: PictureSource) => Promise<Picture | undefined>;

export function createOpenPicture({ recipes, flights, model, now }: RemakeOptions): OpenPicture {
  /** The composition of that name, if the recipe still makes it, once its pictures are there: lost ones are made again. */
  async function planAgain(
    { order, tenant }: KeptComposition,
    name: PictureName,
    source: PictureSource,
    deadline: number,
  ): Promise<CompositionPlan | undefined> {
    const { pictures, file } = await planComposition(order, model, tenant ?? '');
    // Before anything is asked of the store: under a made-up extension anybody could have it asked a hundred times.
    if (!file || !isNamed(file, name)) return undefined;
    await inTurns(
      [...new Map(pictures.map((each) => [each.fingerprint, each])).values()],
      FLIGHTS_AT_ONCE,
      async (each) => {
        if (await source.headInStore(nameOfPlan(each))) return;
        await flights.generate(each, { deadline, withBytes: false });
      },
    );
    return file;
  }

  return async (name, source) => {
    const { fingerprint } = name;
    const existing = await source.open(name);
    if (existing) return existing;
    const recipe = await recipes.find(fingerprint);
    if (!recipe || recipe.tenant !== name.tenant) return undefined;
    if (!('order' in recipe) && recipe.format !== name.format) return undefined;
    if (recipe.model !== model.digest) {
      throw new ApiError('gone', {
        message: `The model that made this picture (${recipe.model}) is no longer in use, and its object is gone.`,
      });
    }
    const deadline = now() + DEADLINE_MS;
    const plan: FlightPlan | undefined =
      'order' in recipe ? await planAgain(recipe, name, source, deadline) : { recipe, fingerprint };
    if (!plan) return undefined;
    const call = { deadline, withBytes: true };
    const { result: _, bytes, ...object } = await flights.generate(plan, call);
    if (!bytes) return source.open(name);
    source.cache(name, { ...object, bytes });
    return { ...object, body: bytes };
  };
}

function isNamed(plan: FlightPlan, name: PictureName): boolean {
  return pictureKeyOf(nameOfPlan(plan)) === pictureKeyOf(name);
}
