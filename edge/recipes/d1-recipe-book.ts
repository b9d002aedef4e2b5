import { z } from 'zod';
import { promptSchema } from '../../gpu-backend/contract/blend.ts';
import { stagesSchema } from '../../gpu-backend/contract/condition.ts';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { Recipe } from '../../gpu-backend/contract/fingerprint.ts';
import { IMAGE_FORMAT_NAMES } from '../../gpu-backend/contract/image-format.ts';
import { latentOfRow, latentRowOf, latentRowSchema } from '../../gpu-backend/contract/latent.ts';
import type { CompositionOrder } from '../compositions/composition-order.ts';
import type { KeptComposition, RecipeBook } from './recipe-book.ts';

/** A recipe as its row has it: an array, so that names take no room; one of a usual prompt has about 150 bytes. */
const rowSchema = z
  .tuple([z.string(), promptSchema, z.int(), z.int(), z.enum(IMAGE_FORMAT_NAMES), z.int().nullable()])
  // What is done to the noise, stages with prompts of their own, the owner; each may be missing.
  .rest(z.union([z.string(), latentRowSchema, stagesSchema]));

/** The same of a composition: kind, model, request, and the owner of a private one; with two usual prompts 200 bytes. */
const compositionRowSchema = z
  .tuple([
    z.literal('composition/1'),
    z.enum(['interpolation', 'grid']),
    z.string(),
    z.record(z.string(), z.unknown()),
  ])
  .rest(z.string());

/** Recipes in the D1 table `recipes`. @see ../migrations/0004_recipes.sql */
export function createD1RecipeBook(db: D1Database): RecipeBook {
  return {
    async keep(fingerprint, recipe) {
      const row = JSON.stringify('order' in recipe ? compositionRowOf(recipe) : rowOf(recipe));
      await db
        .prepare('INSERT INTO recipes (fingerprint, recipe) VALUES (?, ?) ON CONFLICT DO NOTHING')
        .bind(fingerprint, row)
        .run()
        .catch(fail);
    },
    async find(fingerprint) {
      const row = await db
        .prepare('SELECT recipe FROM recipes WHERE fingerprint = ?')
        .bind(fingerprint)
        .first<{ recipe: string }>()
        .catch(fail);
      if (!row) return undefined;
      const kept: unknown = JSON.parse(row.recipe);
      const composition = compositionRowSchema.safeParse(kept).data;
      return composition ? compositionOfRow(composition) : recipeOfRow(rowSchema.parse(kept));
    },
  };
}

function rowOf({ model, prompt, stages, seed, latent, size, format, quality, tenant }: Recipe): unknown[] {
  const control = latent === undefined ? [] : [latentRowOf(latent)];
  const own = stages === undefined ? [] : [stages];
  const owner = tenant === undefined ? [] : [tenant];
  return [model, prompt, seed, size, format, quality, ...control, ...own, ...owner];
}

function recipeOfRow([model, prompt, seed, size, format, quality, ...rest]: z.infer<
  typeof rowSchema
>): Recipe {
  const control = rest.find((part) => typeof part !== 'string' && part[0] === 'latent/1');
  const stages = rest.find((part) => typeof part !== 'string' && part[0] === 'stages/1');
  const tenant = rest.find((part) => typeof part === 'string');
  return {
    ...{ model, prompt, seed, size, format, quality },
    ...(stages && { stages }),
    ...(control && { latent: latentOfRow(control) }),
    ...(tenant !== undefined && { tenant }),
  };
}

function compositionRowOf({ order: { kind, request }, model, tenant }: KeptComposition): unknown[] {
  return ['composition/1', kind, model, request, ...(tenant === undefined ? [] : [tenant])];
}

/** The request was checked before it was kept; that it still makes the same file is seen by its fingerprint. */
function compositionOfRow([, kind, model, request, tenant]: z.infer<
  typeof compositionRowSchema
>): KeptComposition {
  const order = { kind, request } as unknown as CompositionOrder;
  return { order, model, ...(tenant !== undefined && { tenant }) };
}

function fail(cause: unknown): never {
  throw new ApiError('storage_unavailable', { cause });
}
