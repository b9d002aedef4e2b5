import { z } from 'zod';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { IMAGE_FORMAT_NAMES } from '../../gpu-backend/contract/image-format.ts';
import type { RecipeBook } from './recipe-book.ts';

/** A recipe as its row has it: an array, so that names take no room; one of a usual prompt has about 150 bytes. */
const rowSchema = z
  .tuple([z.string(), z.string(), z.int(), z.int(), z.enum(IMAGE_FORMAT_NAMES), z.int().nullable()])
  .rest(z.string());

/** Recipes in the D1 table `recipes`. @see ../migrations/0004_recipes.sql */
export function createD1RecipeBook(db: D1Database): RecipeBook {
  return {
    async keep(fingerprint, { model, prompt, seed, size, format, quality, tenant }) {
      const owner = tenant === undefined ? [] : [tenant];
      const row = JSON.stringify([model, prompt, seed, size, format, quality, ...owner]);
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
      const [model, prompt, seed, size, format, quality, tenant] = rowSchema.parse(JSON.parse(row.recipe));
      return { model, prompt, seed, size, format, quality, ...(tenant !== undefined && { tenant }) };
    },
  };
}

function fail(cause: unknown): never {
  throw new ApiError('storage_unavailable', { cause });
}
