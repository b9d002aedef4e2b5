import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { KEPT_MS } from '../../edge/keys/kept-keys.ts';
import { createD1KeyStore, type KeyStore } from '../../edge/keys/key-store.ts';
import { parseApiKey } from '../../gpu-backend/contract/api-key.ts';
import { signedPathOf } from '../../gpu-backend/contract/url-signature.ts';
import { bodyText } from './fakes/body-text.ts';
import { scoreOf } from './fakes/memory-scorer.ts';
import {
  createTestEdge,
  type IssueOptions,
  issueKey,
  MODEL,
  NOW_MS,
  type TestEdge,
  URL_SIGNING_KEYS,
} from './fakes/test-edge.ts';

const NOW_S = NOW_MS / 1000;
let edge: TestEdge;
let secret: { readonly key_id: string; readonly secret: string };

async function secretOf(key: string): Promise<typeof secret> {
  const response = await edge.fetch('/v1/url-signing-secret', {
    headers: { authorization: `Bearer ${key}` },
  });
  expect(response.status).toBe(200);
  return response.json();
}

const path = (options = '-', prompt = 'a red apple', extension = 'webp') =>
  signedPathOf({ keyId: secret.key_id, options, prompt, extension }, secret.secret);

async function codeOf(response: Response): Promise<string> {
  return (await response.json<{ error: { code: string } }>()).error.code;
}

const tenantOf = (): string => `signs-${crypto.randomUUID()}`;
const start = async (options: IssueOptions = {}, own = createTestEdge()): Promise<string> => {
  edge = own;
  const key = await issueKey(options);
  secret = await secretOf(key);
  return key;
};

beforeEach(async () => {
  await start();
});

describe('/s/{key}/{signature}/{options}/{prompt}.{extension}', () => {
  it('makes the picture and leads to its immutable URL', async () => {
    const response = await edge.fetch(await path('size:128,seed:7,quality:50'), { redirect: 'manual' });
    expect(response.status).toBe(302);
    expect(response.headers.get('cache-control')).toBe('public, max-age=30');
    const location = response.headers.get('location') ?? '';
    expect(location).toMatch(/^\/i\/[0-9a-f]{64}\.webp$/u);
    expect(edge.backend.requests).toEqual([
      expect.objectContaining({
        images: [{ prompt: 'a red apple', seed: 7 }],
        size: 128,
        format: 'webp',
        quality: 50,
      }),
    ]);
    expect((await edge.fetch(location)).status).toBe(200);
  });

  it('steers the noise', async () => {
    await edge.fetch(await path('truncation:0.7,variation:5,strength:0.25'), { redirect: 'manual' });
    const latent = { truncation: 0.7, variation: { seed: 5, strength: 0.25 } };
    expect(edge.backend.requests[0]?.images).toEqual([{ prompt: 'a red apple', seed: 0, latent }]);
  });

  it('blends prompts and mixes stages, as a request does', async () => {
    const signed = await edge.fetch(
      await path('prompt:mix', 'A red apple*3|5 ~* 3 ~~ 15;3-4=a fox|a cat*-0.5'),
      { redirect: 'manual' },
    );
    expect(signed.status).toBe(302);
    const posted = await edge.generate({
      prompt: [{ text: '5 * 3 ~ 15' }, { text: 'a red apple', weight: 3 }],
      stages: {
        3: [
          { text: 'a fox', weight: 2 },
          { text: 'a cat', weight: -1 },
        ],
        4: [{ text: 'a fox' }, { text: 'a cat', weight: -0.5 }],
      },
      output_format: 'webp',
    });
    const { data } = await posted.json<{ data: { url: string; cache: string }[] }>();
    expect(data).toMatchObject([{ cache: 'hit' }]);
    expect(data[0]?.url).toContain(signed.headers.get('location'));
    expect(edge.backend.requests).toHaveLength(1);
  });

  it('takes marks for what they are where the prompt is no mix', async () => {
    await edge.fetch(await path('-', 'a*2|b;3=c~'), { redirect: 'manual' });
    expect(edge.backend.requests[0]?.images).toEqual([{ prompt: 'a*2|b;3=c~', seed: 0 }]);
  });

  it.each([
    ['prompt', 'a*x|b', 'no decimal number'],
    ['prompt', 'a;b', 'must name stages'],
    ['prompt', 'a|b*-1', 'sum to 0'],
    ['prompt[1].text', 'a| ', 'blank'],
    ['stages', 'a;7=b', 'stages 0 … 4'],
  ])('refuses a mix with a wrong %s: %s', async (param, prompt, message) => {
    const response = await edge.fetch(await path('prompt:mix', prompt));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code: 'invalid_request', param, message: expect.stringContaining(message) },
    });
  });

  it('leads to the best of several candidates, public or private, which HEAD does not find', async () => {
    const seeds = [5, 6, 7, 8];
    const best = seeds.toSorted((a, b) => scoreOf(b) - scoreOf(a))[0];
    const response = await edge.fetch(await path('best_of:4,seed:5'), { redirect: 'manual' });
    expect(response.status).toBe(302);
    expect(edge.backend.requests.map(({ images }) => images[0]?.seed).toSorted()).toEqual(seeds);
    const single = await edge.fetch(await path(`seed:${best}`), { redirect: 'manual' });
    expect(single.headers.get('location')).toBe(response.headers.get('location'));
    expect(edge.backend.requests).toHaveLength(4);
    const [own, alone] = await Promise.all(
      ['best_of:4,seed:5', `seed:${best}`].map(async (options) =>
        bodyText(await edge.fetch(await path(`${options},visibility:private`))),
      ),
    );
    expect(own).toBe(alone);
    expect((await edge.fetch(await path('best_of:4,seed:5'), { method: 'HEAD' })).status).toBe(404);
  });

  it('leads to what the judge that it names finds best', async () => {
    const model = { ...MODEL, judge: { name: 'a-judge', digest: 'f'.repeat(64) } };
    const judged = createTestEdge({ model });
    await start({}, judged);
    const [independent, clip, unnamed] = await Promise.all(
      ['judge:independent,', 'judge:clip,', ''].map(async (judge) => {
        const answer = await judged.fetch(await path(`${judge}best_of:8`), { redirect: 'manual' });
        expect(answer.status).toBe(302);
        return answer.headers.get('location');
      }),
    );
    expect(unnamed).toBe(independent);
    expect(clip).not.toBe(independent);
  });

  it('leads to PUBLIC_URL where there is one', async () => {
    await start({}, createTestEdge({ publicUrl: 'https://pictures.example' }));
    const response = await edge.fetch(await path(), { redirect: 'manual' });
    expect(response.headers.get('location')).toMatch(/^https:\/\/pictures\.example\/i\//u);
  });

  it('finds what was made before, whoever asked for it', async () => {
    await edge.generate({ prompt: 'A red  apple', output_format: 'webp' });
    expect((await edge.fetch(await path())).status).toBe(302);
    expect(edge.backend.requests).toHaveLength(1);
  });

  it('has every prompt in one spelling or another', async () => {
    const prompt = 'ein „Äpfelchen“ / 100 % ?#.webp 🍎';
    expect((await edge.fetch(await path('-', prompt))).status).toBe(302);
    const reencoded = (await path('-', prompt)).replace('ein', '%65%69n').replace('%F0%9F', '%f0%9f');
    expect((await edge.fetch(reencoded)).status).toBe(302);
    expect(edge.backend.requests).toHaveLength(1);
  });

  it('tells nothing of the balance', async () => {
    const limits = { totalUnits: 1, ratePerMinute: 60 };
    await start({ tenant: tenantOf(), limits });
    const made = await edge.fetch(await path());
    const refused = await edge.fetch(await path('seed:1'));
    expect([made.status, refused.status]).toEqual([302, 429]);
    for (const { headers } of [made, refused]) {
      expect([...headers.keys()].filter((name) => /usage|^ratelimit/u.test(name))).toEqual([]);
    }
    expect(await bodyText(refused)).not.toMatch(/\d units/u);
  });

  it.each([
    ['another prompt', (url: string) => url.replace('apple', 'pear')],
    ['another format', (url: string) => url.replace('.webp', '.png')],
    ['another option', (url: string) => url.replace('size%3A64', 'size%3A65')],
    ['another key', (url: string) => url.replace(/\/s\/.{12}/u, '/s/AAAAAAAAAAAA')],
    ['another signature', (url: string) => url.replace(/(\/s\/.{12}\/).{43}/u, `$1${'A'.repeat(43)}`)],
  ])('refuses %s with one and the same answer', async (_, change) => {
    const response = await edge.fetch(change(await path('size:64')));
    expect(response.status).toBe(401);
    expect(await codeOf(response)).toBe('invalid_signature');
    expect(edge.backend.requests).toEqual([]);
  });

  it.each([
    ['a query', (url: string) => `${url}?x=1`],
    ['no extension', (url: string) => url.replace('.webp', '')],
    ['a folder more', (url: string) => url.replace('/s/', '/s/x/')],
    ['bad escapes', (url: string) => url.replace('%20', '%FF')],
  ])('does not know %s', async (_, change) => {
    expect((await edge.fetch(change(await path()))).status).toBe(404);
  });

  it.each([
    ['size', 'size:7'],
    ['colour', 'colour:red'],
    ['size', 'size:64,size:64'],
    ['prompt', 'prompt:blend'],
    ['best_of', 'best_of:17'],
    ['judge', 'best_of:2,judge:jury'],
    ['judge', 'judge:clip'],
    ['preset', 'preset:poster'],
    ['visibility', 'visibility:secret'],
    ['seed', 'seed:-1'],
    ['truncation', 'truncation:2'],
    ['truncation', 'truncation:.5'],
    ['strength', 'variation:3'],
    ['variation', 'strength:0.5'],
    ['variation.strength', 'variation:3,strength:1.5'],
    ['options', 'size=64'],
  ])('refuses a wrong %s (%s), signed or not', async (param, options) => {
    const response = await edge.fetch(await path(options));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_request', param } });
  });

  it('takes presets, and single options before them', async () => {
    edge = createTestEdge({ urlPresets: { icon: { size: 32, seed: 5, quality: 40 } } });
    await edge.fetch(await path('preset:icon'));
    await edge.fetch(await path('seed:6,preset:icon'));
    expect(
      edge.backend.requests.map(({ size, quality, images }) => [size, quality, images[0]?.seed]),
    ).toEqual([
      [32, 40, 5],
      [32, 40, 6],
    ]);
  });

  it('takes stages from a preset, unless it names some itself', async () => {
    edge = createTestEdge({ urlPresets: { flat: { prompt: 'mix', stages: { '3-4': 'flat style' } } } });
    await edge.fetch(await path('preset:flat', 'a cat'));
    await edge.fetch(await path('preset:flat', 'a cat;2=a dog'));
    expect(edge.backend.requests.map(({ images }) => images[0]?.stages)).toEqual([
      ['stages/1', [3, 4, 'flat style']],
      ['stages/1', [2, 2, 'a dog']],
    ]);
  });

  it('expires where it says so, under the same name', async () => {
    const alive = await edge.fetch(await path(`expires:${NOW_S + 10}`));
    const location = alive.headers.get('location');
    expect(alive.headers.get('cache-control')).toBe('public, max-age=10');
    expect((await edge.fetch(await path())).headers.get('location')).toBe(location);
    const dead = await edge.fetch(await path(`expires:${NOW_S}`));
    expect(dead.status).toBe(410);
    expect(await dead.json()).toMatchObject({ error: { code: 'gone', message: 'This URL has expired.' } });
  });

  it('answers a private picture with its bytes, for no cache', async () => {
    const response = await edge.fetch(await path('visibility:private'));
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    expect(response.headers.get('content-type')).toBe('image/webp');
    expect(await bodyText(response)).toMatch(/^picture [0-9a-f]{64}$/u);
    const etag = response.headers.get('etag') ?? '';
    const again = await edge.fetch(await path('visibility:private'), { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
  });

  it('finds by HEAD, and makes nothing', async () => {
    const head = async () => (await edge.fetch(await path(), { method: 'HEAD' })).status;
    expect(await head()).toBe(404);
    expect(edge.backend.requests).toEqual([]);
    await edge.fetch(await path());
    expect(await head()).toBe(302);
  });

  it('reads its key once in 30 s, and ends with it then', async () => {
    let nowMs = NOW_MS;
    let found = 0;
    const d1 = createD1KeyStore(env.DB);
    const keys: KeyStore = {
      ...d1,
      find(id) {
        found++;
        return d1.find(id);
      },
    };
    const key = await start({}, createTestEdge({ keys, now: () => nowMs }));
    const [id, url] = [parseApiKey(key)?.id ?? '', await path()];
    found = 0;
    for (let time = 0; time < 5; time++) expect((await edge.fetch(url)).status).toBe(302);
    const kept = found;
    expect(kept).toBeLessThanOrEqual(1);
    // What is refused is never remembered, and never goes by what is kept alone.
    const forged = url.replace(/\/s\/(\w+)\/[\w-]{5}/u, '/s/$1/AAAAA');
    for (let time = 0; time < 2; time++) expect((await edge.fetch(forged)).status).toBe(401);
    expect(found).toBe(kept + 2);
    await env.DB.prepare('UPDATE api_keys SET revoked_at = ? WHERE id = ?').bind(NOW_S, id).run();
    nowMs += KEPT_MS;
    expect((await edge.fetch(url)).status).toBe(401);
  });

  it('holds while an older master secret is still listed', async () => {
    const key = await start();
    edge = createTestEdge({ urlSigningKeys: [URL_SIGNING_KEYS[1]] });
    const old = await secretOf(key);
    secret = old;
    const url = await path();
    edge = createTestEdge();
    expect((await edge.fetch(url)).status).toBe(302);
    edge = createTestEdge({ urlSigningKeys: [URL_SIGNING_KEYS[0]] });
    expect((await edge.fetch(url)).status).toBe(401);
  });

  it('outlives a re-roll of its key by the overlap', async () => {
    let nowMs = NOW_MS;
    const key = await start({}, createTestEdge({ now: () => nowMs }));
    const id = parseApiKey(key)?.id ?? '';
    const url = await path();
    const reroll = (expiresAt: number) =>
      env.DB.prepare('UPDATE api_keys SET hash = ?, previous_hash = ?, previous_expires_at = ? WHERE id = ?')
        .bind('0f'.repeat(32), hash, expiresAt, id)
        .run();
    const [{ hash }] = (
      await env.DB.prepare('SELECT hash FROM api_keys WHERE id = ?').bind(id).all<{ hash: string }>()
    ).results as [{ hash: string }];
    await reroll(NOW_S + 60);
    expect((await edge.fetch(url)).status).toBe(302);
    nowMs += 59_000;
    expect((await edge.fetch(url)).status).toBe(302);
    nowMs += 1_000;
    expect((await edge.fetch(url)).status).toBe(401);
  });

  it('needs a key that may generate', async () => {
    const reader = await issueKey({ scopes: ['read'] });
    const headers = { authorization: `Bearer ${reader}` };
    expect((await edge.fetch('/v1/url-signing-secret', { headers })).status).toBe(403);
  });

  it('is not there where no secrets are set', async () => {
    const url = await path();
    const headers = { authorization: `Bearer ${await issueKey()}` };
    edge = createTestEdge({ urlSigningKeys: null });
    expect((await edge.fetch(url)).status).toBe(404);
    expect((await edge.fetch('/v1/url-signing-secret', { headers })).status).toBe(404);
  });
});
