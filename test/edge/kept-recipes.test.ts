import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Composition } from '../../edge/compositions/composition.ts';
import { MAX_BODY_BYTES, MAX_CONDITION_BYTES } from '../../gpu-backend/contract/generate.ts';
import { createTestEdge, issueKey, type TestEdge } from './fakes/test-edge.ts';

// What recipes take in D1, over what people ask for and over the most that can be asked for.

/** Of what people ask for. */
const USUAL_BYTES = 512;
/** Of any picture: a frame lies between two conditions, and says how. A row of D1 may have 2,000,000 bytes. */
const MOST_OF_PICTURE_BYTES = 2 * MAX_CONDITION_BYTES + 2_048;
/** Of any composition: its request, and what of it is not in there. */
const MOST_BYTES = MAX_BODY_BYTES + 512;

const PROMPTS = [
  'a red apple',
  'a watercolour of a lighthouse at dusk, seagulls over the waves',
  'an old fisherman mending his nets on the quay, morning fog',
  'a fox asleep in the snow under a birch',
  'a green glass bottle on a window sill, rain outside',
  'a steam train that crosses a stone bridge in autumn',
  'two children flying a kite on a wide beach',
  'an orange cat behind a stack of books',
];
const LONG_PROMPT =
  'A wide, painterly view of a small harbour town in early morning light: crooked wooden houses painted red and ochre lean over the canal, their windows still dark except for one bakery where a warm lamp burns; thin fog drifts between the masts of fishing boats, a grey heron stands on a mooring post, and far behind the roofs a snow-covered mountain catches the first pink of the sun. Soft brush strokes, muted palette.';

let edge: TestEdge;
let authorization: string;
beforeEach(async () => {
  await env.DB.exec('DELETE FROM packed_recipes');
  edge = createTestEdge();
  const tenant = `tenant_${crypto.randomUUID()}`;
  authorization = `Bearer ${await issueKey({ tenant, scopes: ['generate', 'read'] })}`;
});

async function post(path: string, body: object): Promise<Composition> {
  const text = JSON.stringify(body);
  const response = await edge.fetch(path, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: text,
  });
  expect(response.status, `${text.length}: ${(await response.clone().text()).slice(0, 300)}`).toBe(200);
  return response.json();
}

/** Recipes that were kept and the bytes of the largest. */
async function kept({
  file,
}: Partial<Composition>): Promise<{ count: number; most: number; mostOfPicture: number }> {
  const row = await env.DB.prepare(
    `SELECT count(*) AS count, max(length(recipe)) AS most,
      max(CASE WHEN fingerprint <> ?1 THEN length(recipe) END) AS mostOfPicture
    FROM packed_recipes`,
  )
    .bind(file?.fingerprint ?? '')
    .first<{ count: number; most: number; mostOfPicture: number }>();
  return row ?? { count: 0, most: 0, mostOfPicture: 0 };
}

/** Text that does not pack: ideographs without order, `length` of them, 3 bytes each. */
function noise(seed: number, length: number): string {
  let state = seed + 1;
  const next = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state;
  };
  return String.fromCharCode(...Array.from({ length }, () => 0x4e_00 + (next() % 20_000)));
}

const blendOf = (texts: readonly string[]) => texts.map((text) => ({ text }));
const noisy = (count: number, length: number, from = 0) =>
  Array.from({ length: count }, (_, at) => noise(from + at, length));

describe('a kept recipe', () => {
  it.each<[string, string, object, number]>([
    [
      'a long prompt',
      '/v1/images/generations',
      { prompt: LONG_PROMPT, seed: 2 ** 53 - 1, truncation: 0.7 },
      1,
    ],
    ['a blend of eight', '/v1/images/generations', { prompt: blendOf(PROMPTS), visibility: 'private' }, 1],
    [
      'stages of their own',
      '/v1/images/generations',
      {
        prompt: PROMPTS[0],
        stages: { '1': PROMPTS[1], '2-3': blendOf(PROMPTS.slice(2, 4)), '4': PROMPTS[0] },
        variation: { seed: 2 ** 53 - 2, strength: 0.25 },
      },
      1,
    ],
    [
      'a morph through eight prompts',
      '/v1/interpolations',
      { keyframes: PROMPTS.map((prompt, seed) => ({ prompt, seed })), frames: 120, loop: true },
      121,
    ],
    [
      'a grid of 64 cells',
      '/v1/grids',
      {
        columns: { parameter: 'seed', values: [0, 1, 2, 3, 4, 5, 6, 7] },
        rows: { parameter: 'prompt', values: PROMPTS },
        visibility: 'private',
      },
      65,
    ],
  ])(`of %s has at most ${USUAL_BYTES} bytes`, async (_, path, body, count) => {
    const found = await kept(await post(path, body));
    expect(found.count).toBe(count);
    expect(found.most).toBeLessThanOrEqual(USUAL_BYTES);
  });

  it.each<[string, string, object]>([
    ['the longest prompt', '/v1/images/generations', { prompt: noise(0, 1_000) }],
    ['as long a blend as may be', '/v1/images/generations', { prompt: blendOf(noisy(8, 335)) }],
    [
      'stages with eight texts each',
      '/v1/images/generations',
      {
        prompt: blendOf(noisy(8, 62)),
        stages: Object.fromEntries([1, 2, 3, 4].map((at) => [at, blendOf(noisy(8, 62, 8 * at))])),
      },
    ],
    [
      'a morph of 120 frames between blends, one with stages of its own',
      '/v1/interpolations',
      {
        keyframes: [
          { prompt: blendOf(noisy(8, 335)) },
          {
            prompt: noise(50, 530),
            stages: Object.fromEntries([1, 2, 3, 4].map((at) => [at, noise(50 + at, 530)])),
          },
        ],
        frames: 120,
      },
    ],
    [
      'a morph as long as may be',
      '/v1/interpolations',
      { keyframes: noisy(16, 1_000).map((prompt) => ({ prompt })), frames: 16 },
    ],
    [
      'a grid of 64 of the longest',
      '/v1/grids',
      {
        columns: { parameter: 'seed', values: Array.from({ length: 8 }, (_, at) => 2 ** 53 - 1 - at) },
        rows: { parameter: 'prompt', values: noisy(8, 1_000) },
      },
    ],
  ])('of %s is kept whole, and makes the same again', async (_, path, body) => {
    const { data, ...answer } = await post(path, body);
    const { count, most, mostOfPicture } = await kept(answer);
    expect(count).toBe(data.length + ('file' in answer ? 1 : 0));
    expect(most).toBeGreaterThan(USUAL_BYTES);
    expect(most).toBeLessThan(MOST_BYTES);
    expect(mostOfPicture).toBeLessThan(MOST_OF_PICTURE_BYTES);
    edge.store.objects.clear();
    const file = answer.file ?? data[0];
    const { pathname } = new URL(file?.url ?? '');
    await caches.default.delete(edge.origin + pathname);
    expect((await edge.fetch(pathname)).status).toBe(200);
  });
});
