import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { createD1RecipeBook } from '../../edge/recipes/d1-recipe-book.ts';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { fingerprintOf, type Recipe } from '../../gpu-backend/contract/fingerprint.ts';
import { bodyText } from './fakes/body-text.ts';
import { textOf } from './fakes/memory-backend.ts';
import { tenantLedger } from './fakes/tenant-ledger.ts';
import { createTestEdge, MODEL, type TestEdge } from './fakes/test-edge.ts';

const RECIPE: Recipe = {
  model: MODEL.digest,
  prompt: 'a lost apple',
  seed: 3,
  size: 128,
  format: 'webp',
  quality: 80,
};

let edge: TestEdge;

/** The path of a picture whose recipe alone is known. */
async function lost(recipe: Recipe = RECIPE): Promise<string> {
  const fingerprint = await fingerprintOf(recipe);
  await createD1RecipeBook(env.DB).keep(fingerprint, recipe);
  return `/i/${fingerprint}.${recipe.format}`;
}

const statusOf = async (path: string, method = 'GET') => (await edge.fetch(path, { method })).status;

beforeEach(() => {
  edge = createTestEdge();
});

describe('a picture whose object is gone', () => {
  it('is made again under its URL, once, and charged to nobody', async () => {
    const ledger = tenantLedger('tenant');
    const before = await ledger.balance();
    const path = await lost();
    const responses = await Promise.all(Array.from({ length: 20 }, () => edge.fetch(path)));
    for (const response of responses) {
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toContain('immutable');
      expect(await bodyText(response)).toBe(textOf(await fingerprintOf(RECIPE)));
    }
    const { model, prompt, seed, ...rest } = RECIPE;
    expect(edge.backend.requests).toEqual([{ model, images: [{ prompt, seed }], ...rest }]);
    expect(await ledger.balance()).toEqual(before);
    expect(await statusOf(path)).toBe(200);
    expect(edge.backend.requests).toHaveLength(1);
  });

  it('is made again for HEAD too', async () => {
    const response = await edge.fetch(await lost(), { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('etag')).toMatch(/^"/u);
    expect(await bodyText(response)).toBe('');
  });

  it('keeps the recipe of every picture that is made', async () => {
    const made = await edge.generate({ prompt: 'a lost apple', n: 2, size: '32x32', output_format: 'avif' });
    const { data } = await made.json<{ data: { url: string }[] }>();
    edge.store.objects.clear();
    for (const { url } of data) {
      await caches.default.delete(url);
      expect(await statusOf(url.slice(edge.origin.length))).toBe(200);
    }
    expect(edge.backend.requests).toHaveLength(4);
    expect(edge.backend.requests[2]).toEqual(edge.backend.requests[0]);
  });

  it('is 410 with the reason where another model is in use by now', async () => {
    const path = await lost({ ...RECIPE, model: 'e'.repeat(64) });
    for (const method of ['GET', 'HEAD']) expect(await statusOf(path, method)).toBe(410);
    const { error } = await (await edge.fetch(path)).json<{ error: { code: string; message: string } }>();
    expect(error.code).toBe('gone');
    expect(error.message).toContain('e'.repeat(64));
    expect(edge.backend.requests).toEqual([]);
  });

  it.each([
    ['under another extension', (path: string) => path.replace('.webp', '.png')],
    ['that never was', (path: string) => path.replace(/[0-9a-f]{4}\./u, '0000.')],
  ])('is 404 %s', async (_, change) => {
    expect(await statusOf(change(await lost()))).toBe(404);
    expect(edge.backend.requests).toEqual([]);
  });

  it('is 503 while the backend is away, and nothing is cached', async () => {
    edge.backend.failure = new ApiError('backend_unavailable', { retryAfterS: 4 });
    const path = await lost();
    const response = await edge.fetch(path);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('4');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });
});

describe('the recipe book', () => {
  it.each<Recipe>([
    RECIPE,
    { ...RECIPE, quality: null, format: 'png' },
    { ...RECIPE, tenant: 'ten_1' },
    { ...RECIPE, latent: { truncation: 0.7 } },
    { ...RECIPE, prompt: ['blend/1', ['a cat', -500_000], ['a dog', 1_500_000]] },
    { ...RECIPE, stages: ['stages/1', [2, 3, 'a cat']] },
    {
      ...RECIPE,
      stages: ['stages/1', [1, 1, 'a cat'], [4, 4, ['blend/1', ['a cat', 500_000], ['a dog', 500_000]]]],
      latent: { truncation: 0.7 },
      tenant: 'ten_1',
    },
    { ...RECIPE, latent: { variation: { seed: 5, strength: 0.25 } }, tenant: 'ten_1' },
  ])('gives back %j', async (recipe) => {
    const book = createD1RecipeBook(env.DB);
    const fingerprint = await fingerprintOf(recipe);
    await book.keep(fingerprint, recipe);
    await book.keep(fingerprint, recipe);
    expect(await book.find(fingerprint)).toEqual(recipe);
  });

  it.each<[unknown[], Partial<Recipe>]>([
    [[], {}],
    [['ten_1'], { tenant: 'ten_1' }],
    [[['latent/1', 0.7]], { latent: { truncation: 0.7 } }],
    [
      [['latent/1', 1, 5, 0.25], ['stages/1', [2, 3, 'a cat']], 'ten_1'],
      {
        latent: { variation: { seed: 5, strength: 0.25 } },
        stages: ['stages/1', [2, 3, 'a cat']],
        tenant: 'ten_1',
      },
    ],
  ])('reads a row that ends with %j, as recipes were kept before', async (end, more) => {
    const { model, prompt, seed, size, format, quality } = RECIPE;
    const fingerprint = await fingerprintOf({ ...RECIPE, ...more });
    await env.DB.prepare('INSERT INTO recipes VALUES (?, ?)')
      .bind(fingerprint, JSON.stringify([model, prompt, seed, size, format, quality, ...end]))
      .run();
    const book = createD1RecipeBook(env.DB);
    expect(await book.find(fingerprint)).toEqual({ ...RECIPE, ...more });
    await book.keep(fingerprint, { ...RECIPE, ...more });
    expect(await book.find(fingerprint)).toEqual({ ...RECIPE, ...more });
  });

  it('says so when the database fails', async () => {
    await env.DB.exec('ALTER TABLE packed_recipes RENAME TO lost');
    const path = `/i/${'0'.repeat(64)}.png`;
    expect(await statusOf(path)).toBe(503);
    await env.DB.exec('ALTER TABLE lost RENAME TO packed_recipes');
    expect(await statusOf(path)).toBe(404);
  });
});
