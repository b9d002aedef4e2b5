import { z } from 'zod';
import { promptSchema } from '../../gpu-backend/contract/blend.ts';
import { stagesSchema } from '../../gpu-backend/contract/condition.ts';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { IMAGE_FORMAT_NAMES } from '../../gpu-backend/contract/image-format.ts';
import { latentOfRow, latentRowOf, latentRowSchema } from '../../gpu-backend/contract/latent.ts';
import type { RecipeBook } from './recipe-book.ts';

/** A recipe as its row has it: an array, so that names take no room; one of a usual prompt has about 150 bytes. */
const rowSchema = z
  .tuple([z.string(), promptSchema, z.int(), z.int(), z.enum(IMAGE_FORMAT_NAMES), z.int().nullable()])
  // What is done to the noise, stages with prompts of their own, the owner; each may be missing.
  .rest(z.union([z.string(), latentRowSchema, stagesSchema]));

/** Recipes in the D1 table `recipes`. @see ../migrations/0004_recipes.sql */
export function createD1RecipeBook(db: D1Database): RecipeBook {
  return {
    async keep(fingerprint, { model, prompt, stages, seed, latent, size, format, quality, tenant }) {
      const control = latent === undefined ? [] : [latentRowOf(latent)];
      const own = stages === undefined ? [] : [stages];
      const owner = tenant === undefined ? [] : [tenant];
      const row = JSON.stringify([model, prompt, seed, size, format, quality, ...control, ...own, ...owner]);
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
      const [model, prompt, seed, size, format, quality, ...rest] = rowSchema.parse(JSON.parse(row.recipe));
      const control = rest.find((part) => typeof part !== 'string' && part[0] === 'latent/1');
      const stages = rest.find((part) => typeof part !== 'string' && part[0] === 'stages/1');
      const tenant = rest.find((part) => typeof part === 'string');
      return {
        ...{ model, prompt, seed, size, format, quality },
        ...(stages && { stages }),
        ...(control && { latent: latentOfRow(control) }),
        ...(tenant !== undefined && { tenant }),
      };
    },
  };
}

function fail(cause: unknown): never {
  throw new ApiError('storage_unavailable', { cause });
}
