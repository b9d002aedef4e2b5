import { describe, expect, it } from 'vitest';
import { bodyText } from './fakes/body-text.ts';
import { bytesOf, textOf } from './fakes/memory-backend.ts';
import { createTestEdge, issueKey, type TestEdge } from './fakes/test-edge.ts';

const FINGERPRINT = 'fedcba9876543210'.repeat(4);
const NAME = `${FINGERPRINT}.png`;
const PATH = `/i/${NAME}`;
const TEXT = textOf(FINGERPRINT);

function edgeWithPicture(): TestEdge {
  const edge = createTestEdge();
  edge.store.put(PATH.slice(1), bytesOf(FINGERPRINT));
  return edge;
}

describe('other spellings of a picture’s URL', () => {
  it.each([
    `${PATH}?`,
    `${PATH}?x`,
    `${PATH}?x=1`,
    `${PATH}?v=2&utm_source=mail`,
    `${PATH}?${PATH}`,
    `${PATH}?cb=%00`,
    `${PATH}/`,
    `${PATH}//`,
    `${PATH}/x.css`,
    `${PATH};x`,
    `${PATH};.css`,
    `${PATH}%2f`,
    `${PATH}%2fx.js`,
    `${PATH}%3fx=1`,
    `${PATH}%23`,
    `${PATH}%00`,
    `${PATH}%0a`,
    `${PATH}%20`,
    `${PATH}.css`,
    `${PATH}.`,
    `${PATH}~`,
    `/i//${NAME}`,
    `//i/${NAME}`,
    `/i%2f${NAME}`,
    `/%69/${NAME}`,
    `/I/${NAME}`,
    `/i/${FINGERPRINT.toUpperCase()}.png`,
    `/i/${FINGERPRINT}.PNG`,
    `/i/${FINGERPRINT}.jpeg`,
    `/i/${FINGERPRINT}.bmp`,
    `/i/${FINGERPRINT}.svg`,
    `/i/${FINGERPRINT}.html`,
    `/i/${FINGERPRINT}%2epng`,
    `/i/${FINGERPRINT}`,
    `/i/${FINGERPRINT}.`,
    `/i/%66${NAME.slice(1)}`,
    `/i/${NAME.slice(1)}`,
    `/i/0${NAME}`,
    `/i/${FINGERPRINT.slice(0, 63)}g.png`,
    `/i/..%2fi%2f${NAME}`,
    `/i/x/..%2f${NAME}`,
    `/i/.%2f${NAME}`,
    `/i/x;/${NAME}`,
    `/x/i/${NAME}`,
    '/i/',
    '/i',
    `/v1/models/i/${NAME}`,
    `/v1/models;/${NAME}`,
  ])('%s is not found and not kept', async (path) => {
    const edge = edgeWithPicture();
    const response = await edge.fetch(path);
    expect(response.status).toBe(404);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await response.json()).toMatchObject({ error: { code: 'not_found' } });
    expect(await caches.default.match(edge.origin + path)).toBeUndefined();
    expect(edge.store.calls).toEqual([]);
  });

  it.each([`/i/../i/${NAME}`, `/x/../i/./${NAME}`, `/%2e%2e/i/${NAME}`, `\\i\\${NAME}`])(
    '%s is the one URL by the time it arrives',
    async (path) => {
      expect(new URL(path, 'https://x.example').pathname).toBe(PATH);
      expect(await bodyText(await edgeWithPicture().fetch(path))).toBe(TEXT);
    },
  );
});

describe('request headers', () => {
  it.each<[string, string]>([
    ['accept', 'text/html'],
    ['accept', 'image/avif'],
    ['accept-encoding', 'br'],
    ['accept-language', 'de'],
    ['authorization', 'Bearer junk'],
    ['cache-control', 'no-cache'],
    ['pragma', 'no-cache'],
    ['content-type', 'text/html'],
    ['cookie', 'session=1'],
    ['expect', 'x'],
    ['forwarded', 'host=evil.example;proto=http'],
    ['if-match', '"other"'],
    ['if-modified-since', 'Mon, 23 Nov 2099 00:00:00 GMT'],
    ['if-unmodified-since', 'Mon, 23 Nov 1999 00:00:00 GMT'],
    ['origin', 'https://evil.example'],
    ['referer', 'https://evil.example/'],
    ['sec-fetch-dest', 'script'],
    ['te', 'trailers'],
    ['transfer-encoding', 'chunked'],
    ['upgrade-insecure-requests', '1'],
    ['user-agent', '<script>'],
    ['via', '1.1 evil'],
    ['x-forwarded-for', '127.0.0.1'],
    ['x-forwarded-host', 'evil.example'],
    ['x-forwarded-port', '1'],
    ['x-forwarded-prefix', '/evil'],
    ['x-forwarded-proto', 'http'],
    ['x-forwarded-scheme', 'nothttps'],
    ['x-host', 'evil.example'],
    ['x-http-method-override', 'DELETE'],
    ['x-method-override', 'POST'],
    ['x-original-url', '/healthz'],
    ['x-rewrite-url', '/healthz'],
    ['x-request-id', '<script>'],
  ])('%s: %s changes nothing', async (name, value) => {
    const edge = edgeWithPicture();
    const seen = async (headers: Record<string, string>) => {
      const response = await edge.fetch(PATH, { headers });
      const fields = [...response.headers].filter(([field]) => field !== 'x-request-id');
      return { status: response.status, fields, text: await bodyText(response) };
    };
    // The poisoned request comes first: what it leaves in the cache is what the second one gets.
    const poisoned = await seen({ [name]: value });
    const clean = await seen({});
    expect(poisoned).toEqual(clean);
    expect(clean.status).toBe(200);
    expect(clean.text).toBe(TEXT);
    expect(clean.fields.map(([field]) => field)).not.toContain('vary');
    expect(JSON.stringify(poisoned)).not.toContain('evil');
  });

  it('name no other host in the URLs of pictures', async () => {
    const edge = createTestEdge();
    const response = await edge.generate(
      { prompt: 'cat' },
      { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example', 'x-host': 'evil.example' },
    );
    expect(await bodyText(response)).not.toContain('evil');
  });

  it.each(['/v1/models', '/v1/models/emoji-v0'])(
    'never make the private answer of %s cacheable',
    async (path) => {
      const edge = createTestEdge();
      const response = await edge.fetch(path, { headers: { authorization: `Bearer ${await issueKey()}` } });
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect((await edge.fetch(path)).status).toBe(401);
    },
  );
});

describe('a private picture', () => {
  const PRIVATE = `/p/${NAME}`;
  const owner = async () => ({ authorization: `Bearer ${await issueKey()}` });
  const edgeWithPrivatePicture = (): TestEdge => {
    const edge = createTestEdge();
    edge.store.put(`p/tenant/${NAME}`, bytesOf(FINGERPRINT));
    return edge;
  };

  it.each([
    `${PRIVATE}?`,
    `${PRIVATE}?x=1`,
    `${PRIVATE}/`,
    `${PRIVATE}/x.css`,
    `${PRIVATE};.css`,
    `${PRIVATE}%2fx.js`,
    `${PRIVATE}%3f.css`,
    `${PRIVATE}%00.css`,
    `${PRIVATE}.css`,
    `/p//${NAME}`,
    `//p/${NAME}`,
    `/p%2f${NAME}`,
    `/P/${NAME}`,
    `/p/tenant/${NAME}`,
    `/p/${FINGERPRINT}.PNG`,
    `/p/x/..%2f${NAME}`,
    `/i/..%2fp%2ftenant%2f${NAME}`,
    `/i/p/tenant/${NAME}`,
    PATH,
  ])('is not opened by %s, to its owner neither, and not kept', async (path) => {
    const edge = edgeWithPrivatePicture();
    const response = await edge.fetch(path, { headers: await owner() });
    expect(response.status).toBe(404);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await bodyText(response)).not.toContain(FINGERPRINT);
    expect(await caches.default.match(edge.origin + path)).toBeUndefined();
  });

  it.each<[string, string]>([
    ['authorization', 'Bearer junk'],
    ['cookie', 'session=1'],
    ['x-forwarded-host', 'evil.example'],
    ['x-original-url', PATH],
    ['x-rewrite-url', PATH],
    ['x-http-method-override', 'OPTIONS'],
    ['range', 'bytes=0-1'],
    ['if-none-match', '*'],
    ['cache-control', 'only-if-cached'],
  ])('is not opened by %s: %s after its owner has read it', async (name, value) => {
    const edge = edgeWithPrivatePicture();
    const headers = await owner();
    expect(await bodyText(await edge.fetch(PRIVATE, { headers }))).toBe(TEXT);
    const response = await edge.fetch(PRIVATE, { headers: { [name]: value } });
    expect(response.status).toBe(401);
    expect(await bodyText(response)).not.toContain(TEXT);
    expect((await edge.fetch(PATH, { headers: { [name]: value } })).status).toBe(404);
  });
});
