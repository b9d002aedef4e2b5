import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { packRow, unpackRow } from './packed-row.ts';
import type { RecipeBook } from './recipe-book.ts';
import { recipeOfRow, rowOf } from './recipe-row.ts';

/** Recipes in the D1 tables `packed_recipes` and, from before, `recipes`. @see ../migrations/0008_packed_recipes.sql */
export function createD1RecipeBook(db: D1Database): RecipeBook {
  return {
    async keep(fingerprint, recipe) {
      await db
        .prepare('INSERT INTO packed_recipes (fingerprint, recipe) VALUES (?, ?) ON CONFLICT DO NOTHING')
        .bind(fingerprint, await packRow(rowOf(recipe)))
        .run()
        .catch(fail);
    },
    async find(fingerprint) {
      const row = await db
        .prepare(
          `SELECT recipe FROM packed_recipes WHERE fingerprint = ?1
          UNION ALL SELECT recipe FROM recipes WHERE fingerprint = ?1 LIMIT 1`,
        )
        .bind(fingerprint)
        .first<{ recipe: number[] | string }>()
        .catch(fail);
      if (!row) return undefined;
      const { recipe } = row;
      return recipeOfRow(
        typeof recipe === 'string' ? JSON.parse(recipe) : await unpackRow(new Uint8Array(recipe)),
      );
    },
  };
}

function fail(cause: unknown): never {
  throw new ApiError('storage_unavailable', { cause });
}
