import { beforeEach, describe, expect, it } from 'vitest';
import { bodyText } from './fakes/body-text.ts';
import { bytesOf, textOf } from './fakes/memory-backend.ts';
import { createTestEdge, type TestEdge } from './fakes/test-edge.ts';

const FINGERPRINT = '0123456789abcdef'.repeat(4);
const PATH = `/i/${FINGERPRINT}.png`;
const BYTES = bytesOf(FINGERPRINT);
const TEXT = textOf(FINGERPRINT);
const SIZE = BYTES.length;

let edge: TestEdge;
let etag: string;

const get = (headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
  edge.fetch(PATH, { method, headers });

function headersOf(response: Response): Record<string, string> {
  return Object.fromEntries([...response.headers].filter(([name]) => name !== 'x-request-id'));
}

describe('/i/{fingerprint}.{extension}', () => {
  // Whether the picture comes from the store or from the cache must make no difference.
  describe.each(['store', 'cache'])('from the %s', (place) => {
    beforeEach(async () => {
      edge = createTestEdge();
      etag = edge.store.put(PATH.slice(1), BYTES);
      if (place === 'cache') {
        await (await get()).arrayBuffer();
        edge.store.down = true;
      }
    });

    it('answers 200 with fixed, immutable headers', async () => {
      const response = await get();
      expect(response.status).toBe(200);
      expect(headersOf(response)).toEqual({
        'accept-ranges': 'bytes',
        'access-control-allow-origin': '*',
        'access-control-expose-headers': expect.stringContaining('etag'),
        'cache-control': 'public, max-age=31536000, immutable',
        'content-disposition': `inline; filename="${FINGERPRINT}.png"`,
        'content-length': String(SIZE),
        'content-security-policy': "default-src 'none'; sandbox",
        'content-type': 'image/png',
        'cross-origin-resource-policy': 'cross-origin',
        etag,
        'strict-transport-security': 'max-age=63072000',
        'x-content-type-options': 'nosniff',
      });
      expect(await bodyText(response)).toBe(TEXT);
    });

    it('answers HEAD as GET without the body', async () => {
      const [head, whole] = [await get({ range: 'bytes=0-1' }, 'HEAD'), await get()];
      expect(head.status).toBe(200);
      expect(headersOf(head)).toEqual(headersOf(whole));
      expect(await bodyText(head)).toBe('');
      await whole.body?.cancel();
    });

    it.each(['GET', 'HEAD'])('answers %s 304 where the entity tag is known', async (method) => {
      for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const response = await get({ 'if-none-match': tags, range: 'bytes=0-3' }, method);
        expect(response.status).toBe(304);
        expect(response.headers.get('etag')).toBe(etag);
        expect(response.headers.get('cache-control')).toContain('immutable');
        expect(response.body).toBeNull();
      }
    });

    it('answers 200 where it is not', async () => {
      const response = await get({ 'if-none-match': '"other"' });
      expect(response.status).toBe(200);
      expect(await bodyText(response)).toBe(TEXT);
    });

    it.each([
      ['bytes=0-4', 0, 4],
      ['bytes=5-5', 5, 5],
      ['bytes=60-', 60, SIZE - 1],
      ['bytes=-10', SIZE - 10, SIZE - 1],
      ['bytes=-9999', 0, SIZE - 1],
      ['bytes=3-9999', 3, SIZE - 1],
    ])('answers 206 to %s', async (range, first, last) => {
      const response = await get({ range });
      expect(response.status).toBe(206);
      expect(response.headers.get('content-range')).toBe(`bytes ${first}-${last}/${SIZE}`);
      expect(response.headers.get('content-length')).toBe(String(last - first + 1));
      expect(response.headers.get('etag')).toBe(etag);
      expect(await bodyText(response)).toBe(TEXT.slice(first, last + 1));
    });

    it.each([`bytes=${SIZE}-`, 'bytes=1000-2000', 'bytes=-0'])('answers 416 to %s', async (range) => {
      const response = await get({ range });
      expect(response.status).toBe(416);
      expect(response.headers.get('content-range')).toBe(`bytes */${SIZE}`);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.json()).toMatchObject({ error: { code: 'range_not_satisfiable' } });
    });

    it.each(['bytes=0-1,3-4', 'bytes=4-2', 'bytes=-', 'bytes', 'items=0-1', 'bytes=a-b', 'bytes= 0-1', ''])(
      'answers the whole to the range %j',
      async (range) => {
        const response = await get({ range });
        expect(response.status).toBe(200);
        expect(await bodyText(response)).toBe(TEXT);
      },
    );

    it('answers a range only if the entity tag in If-Range still holds', async () => {
      expect((await get({ range: 'bytes=0-4', 'if-range': etag })).status).toBe(206);
      for (const other of ['"other"', `W/${etag}`, 'Mon, 23 Nov 2026 00:00:00 GMT']) {
        const response = await get({ range: 'bytes=0-4', 'if-range': other });
        expect(response.status).toBe(200);
        expect(await bodyText(response)).toBe(TEXT);
      }
    });
  });

  it.each([
    ['webp', 'image/webp'],
    ['jpg', 'image/jpeg'],
    ['avif', 'image/avif'],
  ])('gives .%s its media type', async (extension, mediaType) => {
    edge = createTestEdge();
    edge.store.put(`i/${FINGERPRINT}.${extension}`, BYTES);
    const response = await edge.fetch(`/i/${FINGERPRINT}.${extension}`);
    expect(response.headers.get('content-type')).toBe(mediaType);
    await response.body?.cancel();
  });

  it.each(['GET', 'HEAD'])(
    'answers %s 404 for what does not exist, and asks again the next time',
    async (method) => {
      edge = createTestEdge();
      const response = await get({}, method);
      expect(response.status).toBe(404);
      expect(response.headers.get('cache-control')).toBe('no-store');
      edge.store.put(PATH.slice(1), BYTES);
      expect((await get({}, method)).status).toBe(200);
    },
  );

  it.each(['GET', 'HEAD'])('answers %s 503 while the store is away', async (method) => {
    edge = createTestEdge();
    edge.store.down = true;
    const response = await get({}, method);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/u);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('serves what was just made without asking the store', async () => {
    edge = createTestEdge();
    const made = await (await edge.generate({ prompt: 'cat' })).json<{ data: { url: string }[] }>();
    const url = made.data[0]?.url ?? '';
    edge.store.down = true;
    const response = await edge.fetch(url.slice(edge.origin.length));
    expect(response.status).toBe(200);
    expect(await bodyText(response)).toMatch(/^picture [0-9a-f]{64}$/u);
  });
});
