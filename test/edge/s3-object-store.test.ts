import { describe, expect, it } from 'vitest';
import { createS3ObjectStore } from '../../edge/adapters/s3-object-store.ts';
import { ApiError } from '../../gpu-backend/contract/errors.ts';

const SECRET = 'very-hidden-value';
const BODY = new TextEncoder().encode('picture');
const HEADERS = { etag: '"e"', 'content-length': '7' };

/** A store over a server that answers so. What a real one answers: ../edge-s3. */
function storeThat(
  answer: (request: Request) => Promise<Response> | Response,
  endpoint = 'https://s3.example',
) {
  return createS3ObjectStore(
    {
      endpoint: new URL(endpoint),
      bucket: 'pictures',
      region: 'auto',
      accessKeyId: 'key-id',
      secretAccessKey: SECRET,
    },
    async (input, init) => answer(new Request(input, init)),
  );
}

describe('the object store over S3', () => {
  it.each([
    ['https://s3.example', 'https://s3.example/pictures/i/x.png'],
    ['https://s3.example/', 'https://s3.example/pictures/i/x.png'],
    ['http://127.0.0.1:1/local/s3/', 'http://127.0.0.1:1/local/s3/pictures/i/x.png'],
  ])('asks %s path style, signed in a header, the secret nowhere', async (endpoint, url) => {
    const seen: Request[] = [];
    const store = storeThat((request) => {
      seen.push(request);
      return new Response(BODY, { headers: HEADERS });
    }, endpoint);
    await store.head('i/x.png');
    await store.get('i/x.png');
    expect(seen.map((request) => [request.method, request.url])).toEqual([
      ['HEAD', url],
      ['GET', url],
    ]);
    for (const { headers } of seen) {
      expect(headers.get('authorization')).toMatch(/^AWS4-HMAC-SHA256 Credential=key-id\/\d{8}\/auto\/s3\//u);
      expect(JSON.stringify([...headers])).not.toContain(SECRET);
    }
  });

  it('reads what is there', async () => {
    const store = storeThat(() => new Response(BODY, { headers: HEADERS }));
    expect(await store.head('k')).toEqual({ etag: '"e"', sizeBytes: 7 });
    expect(await store.get('k')).toEqual({ etag: '"e"', sizeBytes: 7, bytes: new Uint8Array(BODY) });
  });

  it('knows what is not there', async () => {
    const store = storeThat(() => new Response('<Code>NoSuchKey</Code>', { status: 404 }));
    expect(await store.head('k')).toBeUndefined();
    expect(await store.get('k')).toBeUndefined();
  });

  it.each<[string, () => Promise<Response> | Response]>([
    ['refuses the credentials', () => new Response(`<Error>${SECRET}</Error>`, { status: 403 })],
    ['fails', () => new Response(null, { status: 500 })],
    ['asks to slow down', () => new Response(null, { status: 503 })],
    [
      'sends elsewhere',
      () => new Response(null, { status: 307, headers: { location: 'https://x.example' } }),
    ],
    ['cannot be reached', () => Promise.reject(new TypeError('Network connection lost.'))],
    ['takes too long', () => Promise.reject(new DOMException('timed out', 'TimeoutError'))],
    ['gives no entity tag', () => new Response(BODY, { headers: { 'content-length': '7' } })],
    ['gives a weak one', () => new Response(BODY, { headers: { ...HEADERS, etag: 'W/"e"' } })],
  ])('is unavailable when it %s', async (_, answer) => {
    const store = storeThat(answer);
    for (const read of [store.head('k'), store.get('k')]) {
      const error: unknown = await read.catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'storage_unavailable', status: 503 });
      expect(String((error as ApiError).cause)).not.toContain(SECRET);
    }
  });

  it('is unavailable when it sends less than it said', async () => {
    const store = storeThat(() => new Response(BODY, { headers: { ...HEADERS, 'content-length': '8' } }));
    await expect(store.get('k')).rejects.toBeInstanceOf(ApiError);
  });
});
