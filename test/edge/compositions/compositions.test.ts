import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { createD1RecipeBook } from '../../../edge/recipes/d1-recipe-book.ts';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import { bodyText } from '../fakes/body-text.ts';
import { hashesOf } from '../fakes/memory-backend.ts';
import { issueKey, NOW_MS } from '../fakes/test-edge.ts';
import { createCompositionClient, GRID, type Kind, MORPH } from './composition-client.ts';

const PRICES = { picture: 10, hit: 1, composition: 3 };

describe('POST /v1/interpolations', () => {
  it('begins and ends with the single pictures of its key frames, under their names', async () => {
    const client = await createCompositionClient();
    const { data, file } = await client.make('interpolations', MORPH);
    const made = client.edge.backend.requests.length;
    const first = await client.single({ prompt: 'A red  apple', seed: 7 });
    const last = await client.single({ prompt: 'a banana', seed: 9 });
    expect([first, last].map(({ cache }) => cache)).toEqual(['hit', 'hit']);
    expect([data[0]?.url, data.at(-1)?.url]).toEqual([first.url, last.url]);
    expect(client.edge.backend.requests).toHaveLength(made);
    expect(new Set(data.map(({ fingerprint }) => fingerprint)).size).toBe(5);
    expect(file).toMatchObject({ format: 'webp', width: 64, height: 64, cache: 'miss' });
    expect(client.edge.backend.compositions).toEqual([
      expect.objectContaining({
        pictures: data.map(({ fingerprint }) => fingerprint),
        layout: { kind: 'animation', fps: 12, loop: false },
        quality: 90,
      }),
    ]);
  });

  it('makes each frame between as the picture that its blend and variation ask for', async () => {
    const client = await createCompositionClient();
    const { data } = await client.make('interpolations', MORPH);
    const middle = await client.single({
      prompt: [
        { text: 'a red apple', weight: 3 },
        { text: 'a banana', weight: 1 },
      ],
      seed: 7,
      variation: { seed: 9, strength: 0.25 },
    });
    expect(middle).toMatchObject({ cache: 'hit', url: data[1]?.url });
  });

  it('leads through every key frame, and back to the first where it loops', async () => {
    const client = await createCompositionClient();
    const keyframes = ['a red apple', 'a banana', 'a frog'].map((prompt) => ({ prompt }));
    const body = { keyframes, frames: 8, output: 'frames' };
    const singles = await Promise.all(keyframes.map(client.single));
    const open = await client.make('interpolations', body);
    expect(open.file).toBeNull();
    const placeOf = (data: typeof open.data) =>
      singles.map(({ url }) => data.findIndex((frame) => frame.url === url));
    expect(placeOf(open.data)).toEqual([0, 4, 7]);
    const closed = await client.make('interpolations', { ...body, frames: 9, loop: true });
    expect(placeOf(closed.data)).toEqual([0, 3, 6]);
    // As far from the last frame to the first, which follows it, as from the first to the second.
    const back = await client.single({
      prompt: [
        { text: 'a frog', weight: 1 },
        { text: 'a red apple', weight: 2 },
      ],
    });
    expect(closed.data.at(-1)?.url).toBe(back.url);
  });

  it('goes by the easing that is asked for', async () => {
    const client = await createCompositionClient();
    const between = async (easing: string) =>
      (await client.make('interpolations', { ...MORPH, easing, output: 'frames' })).data[1]?.fingerprint;
    const all = await Promise.all(['linear', 'ease-in', 'ease-out', 'ease-in-out'].map(between));
    expect(new Set(all).size).toBe(4);
  });

  it('tells where each frame lies on a sheet', async () => {
    const client = await createCompositionClient();
    const body = { ...MORPH, output: 'sheet', columns: 3, output_format: 'png', size: '32x32' };
    const { file, data } = await client.make('interpolations', body);
    expect(file).toMatchObject({ width: 96, height: 64, format: 'png' });
    expect(data.map(({ x, y }) => [x, y])).toEqual([
      [0, 0],
      [32, 0],
      [64, 0],
      [0, 32],
      [32, 32],
    ]);
  });
});

describe('POST /v1/grids', () => {
  it('has the single pictures as cells, row by row, with labels', async () => {
    const client = await createCompositionClient();
    const { data, file } = await client.make('grids', GRID);
    const singles = await Promise.all(
      [0.5, 1].flatMap((truncation) =>
        [0, 1, 2].map((seed) => client.single({ prompt: 'a red apple', seed, truncation })),
      ),
    );
    expect(data.map(({ url }) => url)).toEqual(singles.map(({ url }) => url));
    expect(singles.every(({ cache }) => cache === 'hit')).toBe(true);
    expect(file).toMatchObject({ format: 'png', cache: 'miss' });
    expect(client.edge.backend.compositions[0]?.layout).toEqual({
      kind: 'grid',
      columns: ['seed 0', 'seed 1', 'seed 2'],
      rows: ['ψ 0.5', 'ψ 1'],
    });
  });

  it('takes prompts, blends, other seeds and strengths as axes', async () => {
    const client = await createCompositionClient();
    const blend = [{ text: 'a fox' }, { text: 'a cat', weight: -0.5 }];
    const prompts = { parameter: 'prompt', values: ['a fox', blend] };
    const strengths = { parameter: 'variation_strength', values: [0, 0.5] };
    const { data } = await client.make('grids', {
      columns: prompts,
      rows: strengths,
      variation: { seed: 5 },
      seed: 2,
    });
    const last = { prompt: blend, seed: 2, variation: { seed: 5, strength: 0.5 } };
    expect(data.at(-1)?.url).toBe((await client.single(last)).url);
    expect(client.edge.backend.compositions[0]?.layout).toMatchObject({
      columns: ['a fox', '1 a fox + -0.5 a cat'],
      rows: ['strength 0', 'strength 0.5'],
    });
    const towards = { parameter: 'variation_seed', values: [5] };
    const other = await client.make('grids', { prompt: 'a fox', columns: towards, rows: strengths });
    expect(other.data[0]?.url).toBe((await client.single({ prompt: 'a fox' })).url);
  });
});

describe.each([
  ['interpolations', MORPH, 5],
  ['grids', GRID, 6],
] as const)('/v1/%s', (kind, body, count) => {
  it('costs what a dry run says: its pictures, and putting them together', async () => {
    const client = await createCompositionClient({ prices: PRICES });
    const quote = await client.quote(kind, body);
    expect(quote).toMatchObject({ object: 'quote', units: count * 10 + 3, file: { units: 3 } });
    expect(client.edge.backend.requests).toEqual([]);
    const made = await client.make(kind, body);
    expect(made.usage.units).toBe(quote.units);
    expect(made.file?.fingerprint).toBe(quote.file?.fingerprint);
    expect(await client.billed()).toBe(quote.units);
  });

  it('costs hits where all is known, and makes nothing', async () => {
    const client = await createCompositionClient({ prices: PRICES });
    const first = await client.make(kind, body);
    const quote = await client.quote(kind, body);
    const again = await client.make(kind, { ...body, user: 'someone' });
    expect(quote.units).toBe(count + 1);
    expect(again.usage.units).toBe(quote.units);
    expect(again.file).toMatchObject({ cache: 'hit', url: first.file?.url });
    expect(again.data.map(({ cache }) => cache)).toEqual(first.data.map(() => 'hit'));
    expect(client.edge.backend.requests).toHaveLength(count);
    expect(client.edge.backend.compositions).toHaveLength(1);
  });

  it('is put together anew in another format, of the same pictures', async () => {
    const client = await createCompositionClient({ prices: PRICES });
    await client.make(kind, body);
    const other = await client.make(kind, { ...body, output_format: 'webp', lossless: true });
    expect(other.usage.units).toBe(count + 3);
    expect(client.edge.backend.requests).toHaveLength(count);
    expect(client.edge.backend.compositions[1]).toMatchObject({ quality: null });
  });

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

  it('charges what was made where it breaks off, releases the rest, and finds it when sent again', async () => {
    let nowMs = NOW_MS;
    const client = await createCompositionClient({ prices: PRICES, now: () => nowMs });
    const { backend } = client.edge;
    const { generate } = backend;
    let asked = 0;
    backend.generate = (request) => {
      if (++asked > 2) throw new ApiError('backend_unavailable');
      return generate(request);
    };
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const response = await client.post(kind, body, headers);
    expect(response.status).toBe(503);
    const { error } = await response.json<{ error: { message: string } }>();
    expect(error.message).toMatch(/^Generation broke off: 2 of \d files were made and charged \(20 units\)/u);
    expect(response.headers.get('x-usage-units')).toBe('20');
    expect([await client.billed(), await client.reserved()]).toEqual([20, 0]);
    expect(backend.compositions).toEqual([]);
    backend.generate = generate;
    nowMs += 5_000;
    const again = await client.post(kind, body, headers);
    expect(again.status).toBe(200);
    const { usage } = await again.json<{ usage: { units: number } }>();
    // The first two are charged once, under the same charges.
    expect(usage.units).toBe(count * 10 + 3);
    expect(await client.billed()).toBe(count * 10 + 3);
    expect(backend.requests).toHaveLength(count);
  });

  it('is answered as before under its Idempotency-Key, and charged once', async () => {
    const client = await createCompositionClient({ prices: PRICES });
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const first = await client.post(kind, body, headers);
    const again = await client.post(kind, body, headers);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await again.text()).toBe(await first.text());
    expect(await client.billed()).toBe(count * 10 + 3);
    expect((await client.post(kind, { ...body, size: '32x32' }, headers)).status).toBe(422);
  });

  it('is refused whole where the credit does not cover it', async () => {
    const client = await createCompositionClient({ prices: PRICES });
    const poor = await issueKey({ tenant: `poor-${crypto.randomUUID()}`, plan: 'prepaid' });
    const response = await client.post(kind, body, { authorization: `Bearer ${poor}` });
    expect(response.status).toBe(402);
    expect(client.edge.backend.requests).toEqual([]);
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

  it('charges its pictures where they cannot be put together', async () => {
    const client = await createCompositionClient({ prices: PRICES });
    client.edge.backend.compose = async () => {
      throw new ApiError('backend_unavailable');
    };
    expect((await client.post(kind, body)).status).toBe(503);
    expect(await client.billed()).toBe(count * 10);
  });

  it('streams its pictures as they are there, and then the answer', async () => {
    const client = await createCompositionClient();
    const response = await client.post(kind, { ...body, stream: true }, { 'idempotency-key': 'x' });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.has('x-usage-units')).toBe(false);
    const events = eventsOf(await response.text());
    expect(events.map(({ event }) => event)).toEqual([...Array(count).fill('picture'), 'done']);
    const answer = await client.make(kind, body);
    const sorted = events.slice(0, count).sort((a, b) => Number(a.data.index) - Number(b.data.index));
    expect(sorted.map(({ data }) => data.url)).toEqual(answer.data.map(({ url }) => url));
    expect(sorted.map(({ data }) => data)).toMatchObject(
      answer.data.map(({ fingerprint }) => hashesOf(fingerprint)),
    );
    expect(events.at(-1)?.data).toMatchObject({ file: { url: answer.file?.url }, usage: { units: count } });
  });

  describe('under an Idempotency-Key, as a stream', () => {
    const streamed = { ...body, stream: true };
    const headers = () => ({ 'idempotency-key': crypto.randomUUID() });

    it('keeps the key taken while it runs, and then answers by its last event', async () => {
      const client = await createCompositionClient({ prices: PRICES });
      const [name, held] = [headers(), Promise.withResolvers<void>()];
      const { compose } = client.edge.backend;
      let composing = 0;
      client.edge.backend.compose = async (request) => {
        composing += 1;
        await held.promise;
        return compose(request);
      };
      const first = client.post(kind, streamed, name);
      await vi.waitFor(() => expect(composing).toBe(1));
      const second = await client.post(kind, streamed, name);
      expect([second.status, second.headers.get('retry-after')]).toEqual([409, '1']);
      expect(await second.json()).toMatchObject({ error: { code: 'request_in_progress' } });
      held.resolve();
      const events = (await (await first).text()).split(/(?<=\n\n)/u);
      const billed = await client.billed();
      const repeat = await client.post(kind, streamed, name);
      expect(repeat.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      expect(repeat.headers.get('idempotency-replayed')).toBe('true');
      expect(repeat.headers.has('x-usage-units')).toBe(false);
      expect(await repeat.text()).toBe(events.at(-1));
      expect([composing, await client.billed()]).toEqual([1, billed]);
      expect((await client.post(kind, body, name)).status).toBe(422);
    });

    it('is kept when its reader goes away', async () => {
      const client = await createCompositionClient();
      const name = headers();
      await (await client.post(kind, streamed, name)).body?.cancel();
      const repeat = await client.post(kind, streamed, name);
      expect(repeat.headers.get('idempotency-replayed')).toBe('true');
      expect(eventsOf(await repeat.text())).toMatchObject([
        { event: 'done', data: { usage: { units: count } } },
      ]);
    });

    it('goes on where it broke off by a fault that passes, and charges nothing twice', async () => {
      let nowMs = NOW_MS;
      const client = await createCompositionClient({ prices: PRICES, now: () => nowMs });
      const name = headers();
      const { compose } = client.edge.backend;
      client.edge.backend.compose = async () => {
        throw new ApiError('backend_unavailable');
      };
      const broken = eventsOf(await (await client.post(kind, streamed, name)).text());
      expect(broken.at(-1)?.event).toBe('error');
      client.edge.backend.compose = compose;
      // A flight that failed is not begun again at once.
      nowMs += 2_000;
      const repeat = await client.post(kind, streamed, name);
      expect(repeat.headers.has('idempotency-replayed')).toBe(false);
      expect(eventsOf(await repeat.text()).at(-1)?.event).toBe('done');
      const billed = await client.billed();
      await client.post(kind, streamed, name);
      expect(await client.billed()).toBe(billed);
      const whole = await createCompositionClient({ prices: PRICES });
      await whole.make(kind, body);
      expect(billed).toBe(await whole.billed());
    });

    it('keeps the error of a stream that no repeat mends', async () => {
      const client = await createCompositionClient();
      const name = headers();
      client.edge.backend.compose = async () => {
        throw new ApiError('content_moderated');
      };
      const broken = (await (await client.post(kind, streamed, name)).text()).split(/(?<=\n\n)/u);
      expect(broken.at(-1)).toContain('content_moderated');
      expect(await (await client.post(kind, streamed, name)).text()).toBe(broken.at(-1));
    });
  });

  it('tells in the stream what became of it where it breaks off, and at once what fails before', async () => {
    const client = await createCompositionClient();
    client.edge.backend.compose = async () => {
      throw new ApiError('backend_unavailable');
    };
    const events = eventsOf(await (await client.post(kind, { ...body, stream: true })).text());
    expect(events.at(-1)).toMatchObject({
      event: 'error',
      data: { error: { code: 'backend_unavailable', message: expect.stringContaining(`${count} of`) } },
    });
    client.edge.backend.failure = new ApiError('backend_unavailable');
    const response = await client.post(kind, { ...body, size: '32x32', stream: true });
    expect(response.status).toBe(503);
  });

  it('is refused in a stream like any request, also where all of it exists', async () => {
    const client = await createCompositionClient({ prices: PRICES });
    await client.make(kind, body);
    const poor = await issueKey({ tenant: `poor-${crypto.randomUUID()}`, plan: 'prepaid' });
    const response = await client.post(kind, { ...body, stream: true }, { authorization: `Bearer ${poor}` });
    expect([response.status, response.headers.get('content-type')]).toEqual([402, 'application/json']);
  });

  it('asks the policy of each prompt, and charges nothing where one is refused', async () => {
    const client = await createCompositionClient({ blockedTerms: ['apple'] });
    const response = await client.post(kind, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'request_moderated' } });
    expect((await client.edge.fetch('/healthz')).status).toBe(200);
    expect(client.edge.backend.requests).toEqual([]);
    expect(await client.billed()).toBe(0);
  });
});

const forget = (fingerprint: string) =>
  env.DB.prepare('DELETE FROM packed_recipes WHERE fingerprint = ?').bind(fingerprint).run();
const axis = (parameter: string, values: readonly unknown[]) => ({ parameter, values });
const frames = (count: number) => Array.from({ length: count }, () => ({ prompt: 'x' }));

it.each<[Kind, object, string, string]>([
  ['interpolations', { ...MORPH, frames: 121 }, 'frames', 'frames (121) must be an integer, 2 … 120'],
  ['interpolations', { ...MORPH, frames: 1 }, 'frames', 'frames (1) must be an integer, 2 … 120'],
  [
    'interpolations',
    { keyframes: frames(1) },
    'keyframes',
    'keyframes ([{"prompt":"x"}]) must be an array of 2 … 16 key frames',
  ],
  [
    'interpolations',
    { keyframes: frames(17) },
    'keyframes',
    'keyframes must be an array of 2 … 16 key frames',
  ],
  [
    'interpolations',
    { keyframes: frames(5), frames: 4 },
    'frames',
    'frames (4) must be at least 5, one for each key frame',
  ],
  [
    'interpolations',
    { keyframes: [{ prompt: 'x' }, { prompt: '' }] },
    'keyframes[1].prompt',
    'keyframes[1].prompt is blank; it must say what the picture shows',
  ],
  [
    'interpolations',
    { keyframes: [{ prompt: 'x' }, { prompt: 'y', seed: -1 }] },
    'keyframes[1].seed',
    'keyframes[1].seed (-1) must be an integer, 0 … 9007199254740991',
  ],
  [
    'interpolations',
    { keyframes: [{ prompt: 'x' }, { prompt: 'y', see: 1 }] },
    'keyframes[1].see',
    '"keyframes[1].see" is not a field',
  ],
  [
    'interpolations',
    { ...MORPH, easing: 'bounce' },
    'easing',
    'easing ("bounce") must be one of linear, ease-in, ease-out, ease-in-out',
  ],
  [
    'interpolations',
    { ...MORPH, output: 'film' },
    'output',
    'output ("film") must be one of animation, sheet, frames',
  ],
  [
    'interpolations',
    { ...MORPH, output_format: 'png' },
    'output_format',
    'output_format (png) must be webp or gif for an animation',
  ],
  [
    'interpolations',
    { ...MORPH, output: 'sheet', output_format: 'gif' },
    'output_format',
    'output_format (gif) must be webp or png for a sheet',
  ],
  ['interpolations', { ...MORPH, fps: 51 }, 'fps', 'fps (51) must be an integer, 1 … 50'],
  [
    'interpolations',
    { ...MORPH, output: 'sheet', fps: 10 },
    'fps',
    'fps is for an animation; output is sheet',
  ],
  ['interpolations', { ...MORPH, columns: 3 }, 'columns', 'columns is for a sheet; output is animation'],
  [
    'interpolations',
    { ...MORPH, output_format: 'gif', lossless: true },
    'lossless',
    'lossless (true) goes not with gif, which has 256 colours a frame',
  ],
  [
    'interpolations',
    { ...MORPH, lossless: true, output_compression: 80 },
    'output_compression',
    'output_compression (80) must be 100 or absent with lossless',
  ],
  [
    'interpolations',
    { ...MORPH, stream: true, async: true },
    'stream',
    'stream and async exclude each other',
  ],
  [
    'interpolations',
    { ...MORPH, deadline: 60 },
    'deadline',
    'deadline is for jobs: it goes together with async or the header "Prefer: respond-async"',
  ],
  [
    'grids',
    { ...GRID, rows: axis('truncation', Array(9).fill(1)) },
    'rows.values',
    'rows.values must be an array of 1 … 8 values',
  ],
  [
    'grids',
    { ...GRID, rows: axis('truncation', []) },
    'rows.values',
    'rows.values must be an array of 1 … 8 values',
  ],
  [
    'grids',
    { ...GRID, rows: axis('size', [1]) },
    'rows.parameter',
    'rows.parameter ("size") must have a parameter, one of prompt, seed, truncation, variation_seed, variation_strength, and 1 … 8 values of it',
  ],
  [
    'grids',
    { ...GRID, rows: axis('truncation', [2]) },
    'rows.values[0]',
    'rows.values[0] (2) must be a number above 0, at most 1.5',
  ],
  [
    'grids',
    { ...GRID, rows: axis('seed', [1]) },
    'rows.parameter',
    'rows and columns have both the parameter seed',
  ],
  [
    'grids',
    { ...GRID, seed: 1 },
    'seed',
    'seed is given for all cells, and by the columns; allowed is one of them',
  ],
  [
    'grids',
    { ...GRID, prompt: undefined },
    'prompt',
    'prompt is missing: it is neither given nor on an axis',
  ],
  [
    'grids',
    { ...GRID, rows: axis('variation_seed', [1]) },
    'variation.strength',
    'variation.strength is missing: a variation has seed and strength, each given or on an axis',
  ],
  [
    'grids',
    { ...GRID, rows: axis('prompt', ['a\u0000']), prompt: undefined },
    'rows.values[0]',
    'rows.values[0] has a control character; of these tab and line breaks are allowed',
  ],
  ['grids', { ...GRID, output_format: 'gif' }, 'output_format', 'output_format ("gif") must be png or webp'],
  [
    'grids',
    { ...GRID, output_compression: 80 },
    'output_compression',
    'output_compression (80) must be 100 or absent for png',
  ],
])('/v1/%s refuses %j', async (kind, body, param, message) => {
  const client = await createCompositionClient();
  for (const query of ['', '?dry_run=true']) {
    const response = await client.post(kind, body, {}, query);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_request', param, message } });
  }
  expect(client.edge.backend.requests).toEqual([]);
});

it('refuses another model', async () => {
  const client = await createCompositionClient();
  expect((await client.post('interpolations', { ...MORPH, model: 'other' })).status).toBe(404);
});

interface Event {
  readonly event: string;
  readonly data: Record<string, unknown>;
}

function eventsOf(text: string): Event[] {
  return text
    .trim()
    .split('\n\n')
    .map((block) => {
      const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/u.exec(block) ?? [];
      return { event, data: JSON.parse(data) as Event['data'] };
    });
}
