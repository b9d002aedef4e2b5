import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RealEdge, startRealEdge } from './real-edge.ts';

const SIZE = 20_000;
/** Bytes that follow from the fingerprint; every value occurs. */
const bytesOf = (fingerprint: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: SIZE }, (_, at) => (at + fingerprint.charCodeAt(at % 64)) % 256);

let edge: RealEdge;

interface Image {
  readonly url: string;
  readonly b64_json: string;
  readonly fingerprint: string;
  readonly cache: string;
}

beforeAll(async () => {
  edge = await startRealEdge(bytesOf);
});

afterAll(() => edge[Symbol.asyncDispose]());

const generate = (body: unknown) =>
  edge.fetch('/v1/images/generations', {
    method: 'POST',
    headers: { authorization: edge.authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

async function imagesOf(body: unknown): Promise<Image[]> {
  const response = await generate(body);
  expect(response.status).toBe(200);
  return ((await response.json()) as { data: Image[] }).data;
}

/** A picture under another origin, whose cache has never seen it: comes from the store. */
const fetchUncached = (url: string, init: { method?: string; headers?: Record<string, string> } = {}) =>
  edge.fetch(new URL(new URL(url).pathname, `http://${crypto.randomUUID()}.example`).href, init);

// In this order: each test builds on the services as the one before it left them.
describe('the Worker over real S3 and HTTP', () => {
  it('has pictures made once, and serves the stored bytes', async () => {
    const images = await imagesOf({ prompt: 'cat', n: 3 });
    expect(images.map(({ cache }) => cache)).toEqual(['miss', 'miss', 'miss']);
    for (const { url, fingerprint } of images) {
      for (const response of [await edge.fetch(url), await fetchUncached(url)]) {
        expect(response.status).toBe(200);
        expect(response.headers.get('content-length')).toBe(String(SIZE));
        expect(response.headers.get('etag')).toMatch(/^"[^"]+"$/u);
        expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytesOf(fingerprint));
      }
    }
    expect((await imagesOf({ prompt: 'CAT', n: 3 })).map(({ cache }) => cache)).toEqual([
      'hit',
      'hit',
      'hit',
    ]);
    expect(edge.backend.made()).toBe(3);
  });

  it('gives the entity tag of the store, made or stored', async () => {
    const [image] = await imagesOf({ prompt: 'dog' });
    const made = await edge.fetch(image?.url ?? '', { method: 'HEAD' });
    const stored = await fetchUncached(image?.url ?? '', { method: 'HEAD' });
    expect(stored.status).toBe(200);
    expect(made.headers.get('etag')).toBe(stored.headers.get('etag'));
    expect(made.headers.get('content-length')).toBe(String(SIZE));
    expect(stored.headers.get('content-length')).toBe(String(SIZE));
  });

  it('answers conditions and ranges of stored pictures', async () => {
    const [image] = await imagesOf({ prompt: 'dog' });
    const url = image?.url ?? '';
    const etag = (await fetchUncached(url, { method: 'HEAD' })).headers.get('etag') ?? '';
    expect((await fetchUncached(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
    const part = await fetchUncached(url, { headers: { range: 'bytes=100-199', 'if-range': etag } });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 100-199/${SIZE}`);
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(
      bytesOf(image?.fingerprint ?? '').subarray(100, 200),
    );
    expect((await fetchUncached(url, { headers: { range: `bytes=${SIZE}-` } })).status).toBe(416);
  });

  it('gives stored pictures as b64_json', async () => {
    const [image] = await imagesOf({ prompt: 'dog', response_format: 'b64_json' });
    expect(image?.cache).toBe('hit');
    expect(new Uint8Array(Buffer.from(image?.b64_json ?? '', 'base64'))).toEqual(
      bytesOf(image?.fingerprint ?? ''),
    );
  });

  it('knows what is not stored', async () => {
    for (const method of ['GET', 'HEAD']) {
      expect((await edge.fetch(`/i/${'0'.repeat(64)}.png`, { method })).status).toBe(404);
    }
  });

  it('answers 503 when the backend breaks off, and serves on what is known', async () => {
    edge.backend.breakDown();
    const response = await generate({ prompt: 'bird' });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/u);
    expect(await response.json()).toMatchObject({ error: { code: 'backend_unavailable' } });
    expect((await imagesOf({ prompt: 'dog' }))[0]?.cache).toBe('hit');
  });

  it('answers 503 when the backend is gone', async () => {
    await edge.backend[Symbol.asyncDispose]();
    expect((await generate({ prompt: 'bird' })).status).toBe(503);
  });

  it('answers 503 when the store is gone, and serves on what is cached', async () => {
    const [image] = await imagesOf({ prompt: 'dog' });
    await edge.endStore();
    const response = await fetchUncached(image?.url ?? '');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: { code: 'storage_unavailable' } });
    expect((await edge.fetch(image?.url ?? '')).status).toBe(200);
  });
});
