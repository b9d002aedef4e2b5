import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createD1RecipeBook } from '../../../edge/recipes/d1-recipe-book.ts';
import { bodyText } from '../fakes/body-text.ts';
import { createCompositionClient, KINDS } from './composition-client.ts';

describe.each(KINDS)('/v1/%s', (kind, body) => {
  it('is one file under one URL, immutable, made again from its recipe with its pictures where all is lost', async () => {
    const client = await createCompositionClient();
    const { file } = await client.make(kind, body);
    const path = new URL(file?.url ?? '').pathname;
    const before = await client.edge.fetch(path);
    expect(before.headers.get('cache-control')).toContain('immutable');
    const bytes = await bodyText(before);
    client.edge.store.objects.clear();
    const billed = await client.billed();
    // The cache still has the pictures, which does not help the backend.
    await caches.default.delete(client.edge.origin + path);
    const after = await client.edge.fetch(path);
    expect([after.status, await bodyText(after)]).toEqual([200, bytes]);
    expect(client.edge.backend.compositions).toHaveLength(2);
    expect(await client.billed()).toBe(billed);
    expect((await client.edge.fetch(path.replace(/\.\w+$/u, '.avif'))).status).toBe(404);
  });

  it('costs nobody a look at its pictures under another extension', async () => {
    const client = await createCompositionClient();
    const { file } = await client.make(kind, body);
    const path = new URL(file?.url ?? '').pathname;
    const before = client.edge.store.calls.length;
    expect((await client.edge.fetch(path.replace(/\.\w+$/u, '.avif'))).status).toBe(404);
    expect(client.edge.store.calls.slice(before)).toEqual([
      expect.stringContaining(file?.fingerprint ?? '-'),
    ]);
  });

  it('is private where its pictures are', async () => {
    const client = await createCompositionClient();
    const { file, data } = await client.make(kind, { ...body, visibility: 'private' });
    expect([file, ...data].every((one) => one?.url.includes('/p/'))).toBe(true);
    const url = new URL(file?.url ?? '').pathname;
    expect((await client.edge.fetch(url)).status).toBe(401);
    const own = { headers: { authorization: `Bearer ${client.key}` } };
    expect((await client.edge.fetch(url, own)).status).toBe(200);
    client.edge.store.objects.clear();
    expect((await client.edge.fetch(url, own)).status).toBe(200);
    expect((await client.edge.fetch(url.replace('/p/', '/i/'))).status).toBe(404);
    const open = await client.make(kind, body);
    expect(open.file?.fingerprint).not.toBe(file?.fingerprint);
  });

  it('is gone where its object is lost and its model no longer in use', async () => {
    const client = await createCompositionClient();
    const { file } = await client.make(kind, body);
    const { fingerprint = '', url = '' } = file ?? {};
    const { pathname } = new URL(url);
    client.edge.store.objects.clear();
    await caches.default.delete(client.edge.origin + pathname);
    const book = createD1RecipeBook(env.DB);
    const recipe = await book.find(fingerprint);
    if (!recipe) throw new Error('no recipe was kept');
    await forget(fingerprint);
    await book.keep(fingerprint, { ...recipe, model: '0'.repeat(64) });
    const response = await client.edge.fetch(pathname);
    expect(response.status).toBe(410);
    await forget(fingerprint);
    expect((await client.edge.fetch(pathname)).status).toBe(404);
  });
});

const forget = (fingerprint: string) =>
  env.DB.prepare('DELETE FROM packed_recipes WHERE fingerprint = ?').bind(fingerprint).run();
