import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { fingerprintOf, objectKeyOf, type Recipe } from '../../gpu-backend/contract/fingerprint.ts';
import { MAX_BODY_BYTES } from '../../gpu-backend/contract/generate.ts';
import { MAX_SEED } from '../../gpu-backend/contract/noise.ts';
import { bytesOf, hashesOf, textOf } from './fakes/memory-backend.ts';
import { createTestEdge, issueKey, MODEL, NOW_MS } from './fakes/test-edge.ts';

const APPLE: Recipe = {
  model: MODEL.digest,
  prompt: 'a red apple',
  seed: 0,
  size: 64,
  format: 'png',
  quality: null,
};

/** After a failure the next try is let through so much later. */
const NEXT_LEADER_MS = 1_000;

interface Image {
  readonly url?: string;
  readonly b64_json?: string;
  readonly seed: number;
  readonly fingerprint: string;
  readonly cache: string;
}

async function imagesOf(response: Response): Promise<Image[]> {
  expect(response.status).toBe(200);
  return (await response.json<{ data: Image[] }>()).data;
}

async function errorOf(response: Response): Promise<{ code: string; param: string | null; message: string }> {
  return (await response.json<{ error: { code: string; param: string | null; message: string } }>()).error;
}

describe('POST /v1/images/generations', () => {
  it('answers OpenAI’s shape and what else is known of the picture', async () => {
    const edge = createTestEdge();
    const response = await edge.generate({ prompt: '  A red\tAPPLE ' });
    const fingerprint = await fingerprintOf(APPLE);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      created: NOW_MS / 1000,
      model: 'emoji-v0',
      size: '64x64',
      output_format: 'png',
      native: 64,
      data: [
        {
          url: `${edge.origin}/i/${fingerprint}.png`,
          seed: 0,
          fingerprint,
          cache: 'miss',
          units: 1,
          ...hashesOf(fingerprint),
        },
      ],
      usage: { units: 1, remaining: null },
    });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/u);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(edge.backend.requests).toEqual([
      {
        model: MODEL.digest,
        images: [{ prompt: 'a red apple', seed: 0 }],
        size: 64,
        format: 'png',
        quality: null,
      },
    ]);
  });

  it('has its pictures made under the trace that its log knows it by', async () => {
    const edge = createTestEdge();
    const response = await edge.generate({ prompt: 'a red apple', n: 2 });
    const traceId = response.headers.get('x-request-id')?.replaceAll('-', '');
    const traceparent = `00-${traceId}-${traceId?.slice(0, 16)}-01`;
    expect(edge.backend.traceparents).toEqual([traceparent, traceparent]);
  });

  it('answers from the colo cache without store and backend', async () => {
    const edge = createTestEdge();
    await edge.generate({ prompt: 'a red apple' });
    edge.store.calls.length = 0;
    const [image] = await imagesOf(
      await edge.generate({ prompt: 'A RED APPLE', n: 1, model: null, seed: null }),
    );
    expect(image?.cache).toBe('hit');
    expect(edge.store.calls).toEqual([]);
    expect(edge.backend.requests).toHaveLength(1);
  });

  it.each([
    ['url', 'head'],
    ['b64_json', 'get'],
  ])('answers %s from the store by %s without the backend', async (response_format, call) => {
    const edge = createTestEdge();
    const fingerprint = await fingerprintOf(APPLE);
    const key = objectKeyOf(fingerprint, 'png');
    edge.store.put(key, bytesOf(fingerprint));
    const [image] = await imagesOf(await edge.generate({ prompt: 'a red apple', response_format }));
    expect(image?.cache).toBe('hit');
    expect(edge.store.calls).toEqual([`${call} ${key}`]);
    expect(edge.backend.requests).toEqual([]);
    if (response_format === 'b64_json') expect(image?.b64_json).toBe(btoa(textOf(fingerprint)));
  });

  it('gives the same bytes as b64_json when made, cached and stored', async () => {
    const edge = createTestEdge();
    const body = { prompt: 'a red apple', response_format: 'b64_json' };
    const [made] = await imagesOf(await edge.generate(body));
    const [cached] = await imagesOf(await edge.generate(body));
    expect([made?.cache, cached?.cache]).toEqual(['miss', 'hit']);
    expect(made).not.toHaveProperty('url');
    expect(cached?.b64_json).toBe(made?.b64_json);
    expect(made?.b64_json).toBe(btoa(textOf(await fingerprintOf(APPLE))));
  });

  it('makes all misses, each picture once', async () => {
    const edge = createTestEdge();
    await edge.generate({ prompt: 'cat', seed: 7 });
    const images = await imagesOf(await edge.generate({ prompt: 'cat', n: 4, seeds: [9, 7, 9, 8] }));
    expect(images.map(({ seed, cache }) => [seed, cache])).toEqual([
      [9, 'miss'],
      [7, 'hit'],
      [9, 'joined'],
      [8, 'miss'],
    ]);
    expect(images[0]?.fingerprint).toBe(images[2]?.fingerprint);
    const made = edge.backend.requests.flatMap(({ images: asked }) => asked.map(({ seed }) => seed));
    expect(made).toEqual([7, 9, 8]);
  });

  it('asks the backend for no more than it takes', async () => {
    const edge = createTestEdge();
    const prompts = ['\u{1d160}'.repeat(333), '🍎'.repeat(1000), '"'.repeat(1000), '\\'.repeat(1000)];
    for (const longest of prompts) {
      await imagesOf(await edge.generate({ prompt: longest, n: 10, seed: MAX_SEED - 9 }));
      const body = JSON.stringify(edge.backend.requests.at(-1));
      expect(new TextEncoder().encode(body).length).toBeLessThanOrEqual(MAX_BODY_BYTES);
    }
  });

  it('makes as many pictures as there are seeds', async () => {
    const images = await imagesOf(await createTestEdge().generate({ prompt: 'cat', seeds: [3, 1] }));
    expect(images.map(({ seed }) => seed)).toEqual([3, 1]);
  });

  it('reads seeds from a list with ranges', async () => {
    const images = await imagesOf(await createTestEdge().generate({ prompt: 'cat', seeds: '7, 0,4-6' }));
    expect(images.map(({ seed }) => seed)).toEqual([7, 0, 4, 5, 6]);
  });

  it('asks the backend for the noise that is wished, and for none that changes nothing', async () => {
    const edge = createTestEdge();
    const wish = { truncation: 0.7, variation: { seed: 1, strength: 0.25 } };
    const images = await imagesOf(await edge.generate({ prompt: 'cat', n: 2, ...wish }));
    const asked = edge.backend.requests.flatMap((request) => request.images);
    expect(asked).toEqual(
      expect.arrayContaining([
        { prompt: 'cat', seed: 0, latent: wish },
        { prompt: 'cat', seed: 1, latent: { truncation: 0.7 } },
      ]),
    );
    const plain = await imagesOf(await edge.generate({ prompt: 'cat' }));
    const neutral = { truncation: 1, variation: { seed: 9, strength: 0 } };
    const same = await imagesOf(await edge.generate({ prompt: 'cat', ...neutral }));
    expect(same[0]).toMatchObject({ fingerprint: plain[0]?.fingerprint, cache: 'hit', units: 0 });
    expect(new Set([...images, ...plain].map(({ fingerprint }) => fingerprint)).size).toBe(3);
  });

  it('asks the backend for blends and stages in one form, however they are spelt', async () => {
    const edge = createTestEdge();
    const spellings = [
      {
        prompt: [
          { text: 'A Dog', weight: 3 },
          { text: 'cat', weight: 1 },
        ],
        stages: { '3-4': 'fox' },
      },
      {
        prompt: [
          { text: 'cat', weight: 0.1 },
          { text: 'a  dog', weight: 0.3 },
        ],
        stages: { 3: 'FOX', 4: 'fox' },
      },
      {
        prompt: 'fox',
        stages: {
          '0-2': [
            { text: 'cat', weight: 0.25 },
            { text: 'a dog', weight: 0.75 },
          ],
        },
      },
    ];
    const named = [];
    for (const body of spellings) named.push(...(await imagesOf(await edge.generate(body))));
    expect(new Set(named.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    const prompt = ['blend/1', ['a dog', 750_000], ['cat', 250_000]];
    expect(edge.backend.requests.map(({ images }) => images)).toEqual([
      [{ prompt, stages: ['stages/1', [3, 4, 'fox']], seed: 0 }],
    ]);
  });

  it('names a picture whose blend and stages come down to one prompt as that prompt’s', async () => {
    const edge = createTestEdge();
    const [plain] = await imagesOf(await edge.generate({ prompt: 'cat' }));
    for (const body of [
      { prompt: [{ text: 'CAT', weight: 7 }] },
      {
        prompt: [
          { text: 'cat', weight: 1 },
          { text: 'dog', weight: 0 },
        ],
      },
      {
        prompt: [
          { text: 'cat' },
          { text: ' cat' },
          { text: 'dog', weight: 0.5 },
          { text: 'dog', weight: -0.5 },
        ],
      },
      { prompt: 'cat', stages: {} },
      { prompt: 'cat', stages: { '0-1': 'Cat', 4: [{ text: 'cat' }] } },
      { prompt: 'dog', stages: { '0-4': 'cat' } },
    ]) {
      const [image] = await imagesOf(await edge.generate(body));
      expect(image).toEqual({ ...plain, cache: 'hit', units: 0 });
    }
    expect(edge.backend.requests).toHaveLength(1);
  });

  it('tells the price of blends and stages, and makes jobs of them', async () => {
    const edge = createTestEdge();
    const body = { prompt: [{ text: 'cat' }, { text: 'dog' }], stages: { 4: 'fox' }, n: 2 };
    const quote = await (await edge.generate(body, {}, '?dry_run=true')).json<{
      units: number;
      data: object[];
    }>();
    expect(quote).toMatchObject({ units: 2, data: [{ cache: 'miss' }, { cache: 'miss' }] });
    expect((await edge.generate({ ...body, async: true })).status).toBe(202);
    expect(await imagesOf(await edge.generate(body))).toMatchObject(
      quote.data.map((image) => ({ ...image, cache: 'miss' })),
    );
  });

  it('says that a model without stages has none', async () => {
    const { stages: _, ...model } = MODEL;
    const edge = createTestEdge({ model });
    const response = await edge.generate({ prompt: 'cat', stages: { 0: 'dog' } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: {
        param: 'stages',
        message: expect.stringContaining('the stages of this model have no prompts'),
      },
    });
    expect((await edge.generate({ prompt: [{ text: 'cat' }, { text: 'dog' }] })).status).toBe(200);
  });

  it('counts seeds up from the one given', async () => {
    const edge = createTestEdge();
    const images = await imagesOf(await edge.generate({ prompt: 'cat', n: 3, seed: MAX_SEED - 2 }));
    expect(images.map(({ seed }) => seed)).toEqual([MAX_SEED - 2, MAX_SEED - 1, MAX_SEED]);
  });

  it('draws random seeds anew for each picture', async () => {
    const edge = createTestEdge();
    const images = await imagesOf(await edge.generate({ prompt: 'cat', n: 10, seed: 'random' }));
    expect(new Set(images.map(({ seed }) => seed)).size).toBe(10);
    expect(images.every(({ seed }) => Number.isSafeInteger(seed) && seed >= 0)).toBe(true);
  });

  it.each([
    [{ output_format: 'png', output_compression: 100 }, 'png', null],
    [{ output_format: 'webp' }, 'webp', 90],
    [{ output_format: 'jpeg', output_compression: 0 }, 'jpg', 1],
    [{ output_format: 'avif', output_compression: 55 }, 'avif', 55],
  ])('asks the backend for %j', async (fields, extension, quality) => {
    const edge = createTestEdge();
    const [image] = await imagesOf(await edge.generate({ prompt: 'cat', ...fields }));
    expect(image?.url).toMatch(new RegExp(`^${edge.origin}/i/[0-9a-f]{64}\\.${extension}$`, 'u'));
    expect(edge.backend.requests[0]).toMatchObject({ format: fields.output_format, quality });
  });

  it.each([
    ['auto', 64],
    ['16x16', 16],
    ['256x256', 256],
  ])('makes size %s', async (size, edgePx) => {
    const edge = createTestEdge();
    const response = await edge.generate({ prompt: 'cat', size });
    expect(await response.json()).toMatchObject({ size: `${edgePx}x${edgePx}`, native: 64 });
    expect(edge.backend.requests[0]?.size).toBe(edgePx);
  });

  it('names pictures by PUBLIC_URL where there is one', async () => {
    const edge = createTestEdge({ publicUrl: 'https://pictures.example' });
    const [image] = await imagesOf(await edge.generate({ prompt: crypto.randomUUID() }));
    expect(image?.url).toMatch(/^https:\/\/pictures\.example\/i\//u);
  });

  it('knows no other model', async () => {
    const response = await createTestEdge().generate({ prompt: 'cat', model: 'dall-e-3' });
    expect(response.status).toBe(404);
    expect(await errorOf(response)).toMatchObject({ code: 'model_not_found', param: 'model' });
  });

  it('answers 503 with the backend’s Retry-After and caches nothing', async () => {
    let now = NOW_MS;
    const edge = createTestEdge({ now: () => now });
    edge.backend.failure = new ApiError('backend_unavailable', { retryAfterS: 17 });
    const response = await edge.generate({ prompt: 'cat' });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('17');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await errorOf(response)).toMatchObject({ code: 'backend_unavailable' });
    edge.backend.failure = undefined;
    now += NEXT_LEADER_MS;
    const [image] = await imagesOf(await edge.generate({ prompt: 'cat' }));
    expect(image?.cache).toBe('miss');
  });

  it('makes nothing while the store cannot tell what exists', async () => {
    const edge = createTestEdge();
    edge.store.down = true;
    const response = await edge.generate({ prompt: 'cat' });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/u);
    expect(await errorOf(response)).toMatchObject({ code: 'storage_unavailable' });
    expect(edge.backend.requests).toEqual([]);
  });

  it.each([
    ['another fingerprint', (name: string) => name.replace(/^./u, (digit) => (digit === '0' ? '1' : '0'))],
    ['no fingerprint', () => ''],
  ])('believes no backend that answers with %s', async (_, rename) => {
    let now = NOW_MS;
    const edge = createTestEdge({ now: () => now });
    edge.backend.distort = (pictures) =>
      pictures.map((picture) => ({ ...picture, fingerprint: rename(picture.fingerprint) }));
    const response = await edge.generate({ prompt: 'cat' });
    expect(response.status).toBe(503);
    expect(await errorOf(response)).toMatchObject({ code: 'backend_unavailable' });
    edge.store.objects.clear();
    edge.backend.distort = (pictures) => pictures;
    now += NEXT_LEADER_MS;
    expect((await imagesOf(await edge.generate({ prompt: 'cat' })))[0]?.cache).toBe('miss');
  });

  it('believes no backend that makes too few pictures', async () => {
    const edge = createTestEdge();
    edge.backend.distort = (pictures) => pictures.slice(1);
    expect((await edge.generate({ prompt: 'cat', n: 2 })).status).toBe(503);
  });

  it('logs what failed, but neither prompt nor key', async () => {
    const edge = createTestEdge();
    const prompt = 'a very private wish';
    const key = await issueKey();
    edge.backend.failure = new TypeError(`cannot read "${prompt}" of ${key}`);
    const response = await edge.generate({ prompt }, { authorization: `Bearer ${key}` });
    expect(response.status).toBe(500);
    expect(await errorOf(response)).toMatchObject({ code: 'internal_error', param: null });
    const code = 'internal_error';
    expect(edge.log).toEqual([
      expect.objectContaining({
        event: 'flight_failed',
        code,
        cause: expect.stringMatching(/^TypeError\n\s+at /u),
      }),
      expect.objectContaining({ code, requestId: response.headers.get('x-request-id') }),
    ]);
    expect(JSON.stringify(edge.log)).not.toMatch(new RegExp(`private|${key.slice(0, 12)}`, 'u'));
  });

  it('answers 500 when the key store fails', async () => {
    const edge = createTestEdge();
    const headers = { authorization: `Bearer ${await issueKey()}` };
    await env.DB.exec('ALTER TABLE api_keys RENAME TO lost');
    const response = await edge.generate({ prompt: 'cat' }, headers);
    await env.DB.exec('ALTER TABLE lost RENAME TO api_keys');
    expect(response.status).toBe(500);
    expect(JSON.stringify(edge.log)).toContain('no such table');
  });
});
