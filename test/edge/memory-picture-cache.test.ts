import { expect, it } from 'vitest';
import { createMemoryPictureCache } from '../../edge/adapters/memory-picture-cache.ts';
import type { PictureCache } from '../../edge/adapters/picture-cache.ts';

const MEBIBYTE = 2 ** 20;

/** A colo's cache that has every URL `/{bytes}/{name}` in so many bytes, and a clock. */
function setUp(distort = (bytes: Uint8Array<ArrayBuffer>) => bytes) {
  const asked: string[] = [];
  let nowMs = 0;
  const colo: PictureCache = {
    async match(url) {
      asked.push(url);
      const sizeBytes = Number(url.split('/')[1]);
      if (sizeBytes === 0) return undefined;
      const body = new Blob([distort(new Uint8Array(sizeBytes).fill(7))]).stream();
      return { etag: `"${url}"`, sizeBytes, body: body as ReadableStream<Uint8Array> };
    },
    async put(url) {
      asked.push(`put ${url}`);
    },
  };
  const cache = createMemoryPictureCache(colo, () => nowMs);
  return {
    cache,
    asked,
    advance(ms: number) {
      nowMs += ms;
    },
    async sizeOf(url: string) {
      const found = await cache.match(url);
      return found && new Uint8Array(await new Response(found.body).arrayBuffer()).length;
    },
  };
}

it('asks the colo once a minute for a picture that is asked for again and again', async () => {
  const { cache, asked, advance, sizeOf } = setUp();
  expect(await sizeOf('/100/a')).toBe(100);
  const again = await cache.match('/100/a');
  expect(again).toEqual({ etag: '"/100/a"', sizeBytes: 100, body: new Uint8Array(100).fill(7) });
  expect(asked).toEqual(['/100/a']);
  advance(60_000);
  expect(await sizeOf('/100/a')).toBe(100);
  expect(asked).toHaveLength(2);
});

it('knows no more than the colo does', async () => {
  const { cache, asked } = setUp();
  for (const _ of [1, 2]) expect(await cache.match('/0/a')).toBeUndefined();
  await cache.put('/0/a', { etag: '"e"', sizeBytes: 1, bytes: new Uint8Array(1) });
  expect(asked).toEqual(['/0/a', '/0/a', 'put /0/a']);
});

it('forgets what was asked for longest ago rather than hold more than 16 MiB, and keeps nothing large', async () => {
  const { asked, sizeOf } = setUp();
  const urls = Array.from({ length: 64 }, (_, at) => `/${MEBIBYTE / 4}/${at}`);
  for (const url of urls) await sizeOf(url);
  await sizeOf(urls[0] as string);
  expect(asked).toHaveLength(64);
  await sizeOf(`/${MEBIBYTE / 4}/64`);
  await sizeOf(urls[0] as string);
  expect(asked).toHaveLength(65);
  await sizeOf(urls[1] as string);
  expect(asked).toHaveLength(66);
  for (const _ of [1, 2]) expect(await sizeOf(`/${MEBIBYTE}/large`)).toBe(MEBIBYTE);
  expect(asked).toHaveLength(68);
});

it('answers nothing of a picture whose bytes broke off', async () => {
  const { cache } = setUp((bytes) => bytes.subarray(1));
  expect(await cache.match('/100/a')).toBeUndefined();
});
