import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryPictureCache } from '../../edge/adapters/memory-picture-cache.ts';
import { createColoCache } from '../../edge/adapters/picture-cache.ts';
import { createS3ObjectStore } from '../../edge/adapters/s3-object-store.ts';
import { objectKeyOf } from '../../gpu-backend/contract/fingerprint.ts';
import { bytesOf, hashesOf } from './fakes/memory-backend.ts';
import { createTestEdge, issueKey, NOW_MS, type TestEdge } from './fakes/test-edge.ts';

interface Image {
  readonly url: string;
  readonly fingerprint: string;
  readonly cache: string;
  readonly thumbhash: string | null;
  readonly phash: string | null;
}

let edge: TestEdge;
let key: string;
beforeEach(async () => {
  edge = createTestEdge();
  key = await issueKey({ tenant: 'hashes', scopes: ['generate', 'read'] });
});

const auth = () => ({ authorization: `Bearer ${key}` });
const imagesOf = async (body: object): Promise<Image[]> => {
  const response = await edge.generate(body, auth());
  expect(response.status).toBe(200);
  return (await response.json<{ data: Image[] }>()).data;
};
const headersOf = async (path: string, init: RequestInit = {}) => {
  const { status, headers } = await edge.fetch(path, { headers: auth(), redirect: 'manual', ...init });
  return { status, thumbhash: headers.get('x-thumbhash'), phash: headers.get('x-phash') };
};
const pathOf = ({ url }: Image) => url.slice(edge.origin.length);

describe('the hashes of a picture', () => {
  it.each(['public', 'private'])('are the same made, joined, hit and made again: %s', async (visibility) => {
    const prompt = crypto.randomUUID();
    const body = { prompt, visibility };
    const together = await Promise.all([
      imagesOf(body),
      imagesOf(body),
      imagesOf({ ...body, seeds: [0, 0] }),
    ]);
    const later = [await imagesOf(body), await imagesOf({ ...body, response_format: 'b64_json' })];
    const images = [...together, ...later].flat();
    expect(new Set(images.map(({ cache }) => cache))).toEqual(new Set(['miss', 'joined', 'hit']));
    const [{ fingerprint }] = images as [Image];
    const hashes = hashesOf(fingerprint);
    for (const image of images) expect(image).toMatchObject(hashes);
    const path = pathOf(images[0] as Image);
    expect(await headersOf(path)).toEqual({ status: 200, ...hashes });
    expect(await headersOf(path, { method: 'HEAD' })).toEqual({ status: 200, ...hashes });
    expect(await headersOf(path, { headers: { ...auth(), range: 'bytes=0-3' } })).toEqual({
      status: 206,
      ...hashes,
    });
    edge.store.objects.clear();
    await caches.default.delete(edge.origin + path);
    const made = edge.backend.requests.length;
    expect(await headersOf(path)).toEqual({ status: 200, ...hashes });
    expect(edge.backend.requests).toHaveLength(made + 1);
  });

  it('are null, and no header, of a picture that was stored without', async () => {
    const prompt = crypto.randomUUID();
    const [made] = (await imagesOf({ prompt })) as [Image];
    edge.store.put(objectKeyOf(made.fingerprint, 'png'), bytesOf(made.fingerprint));
    await caches.default.delete(made.url);
    const [known] = (await imagesOf({ prompt })) as [Image];
    expect(known).toMatchObject({ cache: 'hit', thumbhash: null, phash: null });
    expect(await headersOf(pathOf(known))).toEqual({ status: 200, thumbhash: null, phash: null });
  });

  it('may be read by scripts of other sites', async () => {
    const [{ url }] = (await imagesOf({ prompt: 'cat' })) as [Image];
    const { headers } = await edge.fetch(url.slice(edge.origin.length));
    expect(headers.get('access-control-expose-headers')?.split(',')).toEqual(
      expect.arrayContaining(['x-thumbhash', 'x-phash']),
    );
  });
});

describe('what keeps pictures', () => {
  const hashes = hashesOf('0123456789abcdef'.repeat(4));
  const bytes = new Uint8Array([1, 2, 3]);

  it('keeps their hashes in the colo’s cache and in an isolate’s', async () => {
    const colo = createColoCache(caches.default);
    const memory = createMemoryPictureCache(colo, () => NOW_MS);
    const url = `https://${crypto.randomUUID()}.example/i/x.png`;
    await colo.put(url, { etag: '"e"', sizeBytes: 3, hashes, bytes });
    for (const cache of [colo, memory, memory]) {
      const found = await cache.match(url);
      expect(found).toMatchObject({ etag: '"e"', sizeBytes: 3, hashes });
      expect(new Uint8Array(await new Response(found?.body).arrayBuffer())).toEqual(bytes);
    }
  });

  it.each([
    [{ 'x-amz-meta-thumbhash': hashes.thumbhash, 'x-amz-meta-phash': hashes.phash }, hashes],
    [{ 'x-amz-meta-thumbhash': hashes.thumbhash }, undefined],
    [{ 'x-amz-meta-thumbhash': '<script>', 'x-amz-meta-phash': hashes.phash }, undefined],
    [{}, undefined],
  ])('reads them from the store: %j', async (metadata, expected) => {
    const config = {
      endpoint: new URL(String(env.S3_ENDPOINT)),
      bucket: 'b',
      region: 'auto',
      accessKeyId: 'a',
      secretAccessKey: 's',
    };
    const store = createS3ObjectStore(
      config,
      async () => new Response(bytes, { headers: { etag: '"e"', 'content-length': '3', ...metadata } }),
    );
    expect((await store.get('i/x.png'))?.hashes).toEqual(expected);
  });
});
