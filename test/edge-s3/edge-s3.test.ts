import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHarness } from 'wrangler';
import { createApiKey, hashApiKey } from '../../gpu-backend/contract/api-key.ts';
import { type SigningBackend, startSigningBackend } from './signing-backend.ts';

const root = new URL('../..', import.meta.url).pathname;
const configPath = `${root}wrangler.toml`;
const SIGNING_KEYS = `k1:${'s'.repeat(32)}`;
const SIZE = 20_000;
/** Bytes that follow from the fingerprint; every value occurs. */
const bytesOf = (fingerprint: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: SIZE }, (_, at) => (at + fingerprint.charCodeAt(at % 64)) % 256);

// Two servers, as in production: one whose S3-protocol endpoint is the object store, and the Worker.
const s3 = createTestHarness({ root, workers: [{ configPath, env: 'local' }] });
const edge = createTestHarness();
let backend: SigningBackend;
let authorization: string;

interface Image {
  readonly url: string;
  readonly b64_json: string;
  readonly fingerprint: string;
  readonly cache: string;
}

beforeAll(async () => {
  const endpoint = new URL('/cdn-cgi/local/r2/s3', (await s3.listen()).url).href;
  const client = new AwsClient({
    accessKeyId: 'galip-local',
    secretAccessKey: 'galip-local-secret',
    service: 's3',
    region: 'auto',
    retries: 0,
  });
  backend = await startSigningBackend({
    signingKeys: SIGNING_KEYS,
    bytesOf,
    put: async (key, body) => {
      const response = await client.fetch(`${endpoint}/galip-images/${key}`, { method: 'PUT', body });
      expect(response.status).toBe(200);
      return response.headers.get('etag') ?? '';
    },
  });
  const vars = {
    BACKEND_URL: backend.url,
    SIGNING_KEYS,
    S3_ENDPOINT: endpoint,
    S3_BUCKET: 'galip-images',
    S3_ACCESS_KEY_ID: 'galip-local',
    S3_SECRET_ACCESS_KEY: 'galip-local-secret',
    MODEL_CARD: JSON.stringify({
      id: 'emoji-v0',
      digest: 'd'.repeat(64),
      licence: 'CC-BY-4.0',
      commercialUse: true,
      imageSize: 64,
    }),
  };
  await edge.update({ root, workers: [{ configPath, env: 'local', vars }] });
  await edge.listen();
  const worker = edge.getWorker<{ DB: D1 }>();
  await worker.applyD1Migrations('DB' as never);
  const key = createApiKey('test');
  authorization = `Bearer ${key.text}`;
  const { DB } = await worker.getEnv();
  await DB.prepare("INSERT INTO tenants VALUES ('tenant', 'a tenant', 'postpaid', 'active', 0, 0)")
    .bind()
    .run();
  await DB.prepare(
    `INSERT INTO api_keys (id, hash, tenant, name, kind, scopes, created_at)
     VALUES (?, ?, 'tenant', 'a test', 'test', 'generate', 0)`,
  )
    .bind(key.id, await hashApiKey(key))
    .run();
});

/** As much of D1 as is used here: its types cannot be had beside Node's. */
interface D1 {
  prepare(sql: string): { bind(...values: unknown[]): { run(): Promise<unknown> } };
}

afterAll(async () => {
  await Promise.all([edge.close(), s3.close(), backend[Symbol.asyncDispose]()]);
});

const generate = (body: unknown) =>
  edge.fetch('/v1/images/generations', {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
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
    expect(backend.made()).toBe(3);
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
    backend.breakDown();
    const response = await generate({ prompt: 'bird' });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/u);
    expect(await response.json()).toMatchObject({ error: { code: 'backend_unavailable' } });
    expect((await imagesOf({ prompt: 'dog' }))[0]?.cache).toBe('hit');
  });

  it('answers 503 when the backend is gone', async () => {
    await backend[Symbol.asyncDispose]();
    expect((await generate({ prompt: 'bird' })).status).toBe(503);
  });

  it('answers 503 when the store is gone, and serves on what is cached', async () => {
    const [image] = await imagesOf({ prompt: 'dog' });
    await s3.close();
    const response = await fetchUncached(image?.url ?? '');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: { code: 'storage_unavailable' } });
    expect((await edge.fetch(image?.url ?? '')).status).toBe(200);
  });
});
