import { z } from 'zod';
import { type Prompt, promptSchema } from '../../gpu-backend/contract/blend.ts';
import { stagesSchema, textsOf } from '../../gpu-backend/contract/condition.ts';
import type { Recipe } from '../../gpu-backend/contract/fingerprint.ts';
import { IMAGE_FORMAT_NAMES } from '../../gpu-backend/contract/image-format.ts';
import { latentOfRow, latentRowOf, latentRowSchema } from '../../gpu-backend/contract/latent.ts';
import type { CompositionOrder } from '../compositions/composition-order.ts';
import type { KeptComposition } from './recipe-book.ts';

/** A prompt by the places of its texts: one place, or each text's place and its weight. */
const placesSchema = z.array(z.int()).min(1);

/** A recipe without names, each of its texts once: stages and blends may have the same one many times. */
const pictureRowSchema = z.tuple([
  z.literal('picture/2'),
  z.string(), // model
  z.array(z.string()), // texts
  placesSchema, // prompt
  z.array(z.tuple([z.int(), z.int(), placesSchema])), // stages: first, last, prompt
  z.int(), // seed
  latentRowSchema.nullable(),
  z.int(), // size
  z.enum(IMAGE_FORMAT_NAMES),
  z.int().nullable(), // quality
  z.string().nullable(), // owner
]);

/** The same of a composition: kind, model, request, and the owner of a private one. */
const compositionRowSchema = z
  .tuple([
    z.literal('composition/1'),
    z.enum(['interpolation', 'grid']),
    z.string(),
    z.record(z.string(), z.unknown()),
  ])
  .rest(z.string());

/** A recipe as it was kept until the migration 0008. */
const firstRowSchema = z
  .tuple([z.string(), promptSchema, z.int(), z.int(), z.enum(IMAGE_FORMAT_NAMES), z.int().nullable()])
  // What is done to the noise, stages with prompts of their own, the owner; each may be missing.
  .rest(z.union([z.string(), latentRowSchema, stagesSchema]));

export function rowOf(recipe: Recipe | KeptComposition): unknown[] {
  return 'order' in recipe ? compositionRowOf(recipe) : pictureRowOf(recipe);
}

/** @throws ZodError where it is no row. */
export function recipeOfRow(row: unknown): Recipe | KeptComposition {
  const [kind] = z.array(z.unknown()).parse(row);
  if (kind === 'picture/2') return recipeOfPictureRow(pictureRowSchema.parse(row));
  if (kind === 'composition/1') return compositionOfRow(compositionRowSchema.parse(row));
  return recipeOfFirstRow(firstRowSchema.parse(row));
}

function pictureRowOf(recipe: Recipe): z.infer<typeof pictureRowSchema> {
  const { model, prompt, seed, latent, size, format, quality, tenant = null } = recipe;
  const [, ...runs] = recipe.stages ?? [];
  const texts = textsOf(recipe);
  const placesOf = (own: Prompt): number[] => {
    if (typeof own === 'string') return [texts.indexOf(own)];
    const [, ...terms] = own;
    return terms.flatMap(([text, weight]) => [texts.indexOf(text), weight]);
  };
  const stages = runs.map(([first, last, own]): [number, number, number[]] => [first, last, placesOf(own)]);
  const noise = latent === undefined ? null : latentRowOf(latent);
  return ['picture/2', model, texts, placesOf(prompt), stages, seed, noise, size, format, quality, tenant];
}

function recipeOfPictureRow([
  ,
  model,
  texts,
  prompt,
  runs,
  seed,
  latent,
  size,
  format,
  quality,
  tenant,
]: z.infer<typeof pictureRowSchema>): Recipe {
  const promptOf = (places: readonly number[]): Prompt => {
    const [first = 0] = places;
    if (places.length === 1) return promptSchema.parse(texts[first]);
    const terms = Array.from({ length: places.length / 2 }, (_, at) => [
      texts[places[2 * at] ?? -1],
      places[2 * at + 1],
    ]);
    return promptSchema.parse(['blend/1', ...terms]);
  };
  const stages = runs.map(([from, to, own]) => [from, to, promptOf(own)]);
  return {
    ...{ model, prompt: promptOf(prompt), seed, size, format, quality },
    ...(stages.length > 0 && { stages: stagesSchema.parse(['stages/1', ...stages]) }),
    ...(latent && { latent: latentOfRow(latent) }),
    ...(tenant !== null && { tenant }),
  };
}

function recipeOfFirstRow([model, prompt, seed, size, format, quality, ...rest]: z.infer<
  typeof firstRowSchema
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
