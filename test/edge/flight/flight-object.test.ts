import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFlightsOf } from '../../../edge/durable/flight-object.ts';
import type { PicturePlan } from '../../../edge/flight/flight.ts';
import { createD1RecipeBook } from '../../../edge/recipes/d1-recipe-book.ts';
import { fingerprintOf, type Recipe } from '../../../gpu-backend/contract/fingerprint.ts';
import type { GenerateResult } from '../../../gpu-backend/contract/generate.ts';
import { bytesOf } from '../fakes/memory-backend.ts';
import { MODEL } from '../fakes/test-edge.ts';

const TIMINGS = {
  queueMs: 0,
  tokeniseMs: 0,
  textEncoderMs: 0,
  generatorMs: 0,
  encodeMs: 0,
  storeMs: 0,
  totalMs: 0,
};

const flights = createFlightsOf(env.FLIGHT);
let plan: PicturePlan;
/** The answer to each request that reached the backend; undefined while it owes it. */
let answers: ((() => Response) | undefined)[];
/** What the object store answers look-ups with. */
let stored: boolean;

const call = () => flights.generate(plan, { deadline: Date.now() + 10_000, withBytes: true });
const object = () => env.FLIGHT.getByName(plan.fingerprint);

/** As the backend answers: once the picture is stored, so that whoever comes later finds it. */
function pictures(): Response {
  stored = true;
  const { fingerprint, recipe } = plan;
  const images: GenerateResult['images'] = [{ fingerprint, seed: recipe.seed, etag: '"e"', created: true }];
  const form = new FormData();
  form.set('result', JSON.stringify({ native: 64, images, timings: TIMINGS } satisfies GenerateResult));
  form.set(fingerprint, new Blob([bytesOf(fingerprint)]), fingerprint);
  return new Response(form);
}

const asked = (times: number) => vi.waitFor(() => expect(answers).toHaveLength(times));

/** In small waits: a promise that the test resolves would go on in the test, outside of the object. */
async function answerOf(request: number): Promise<Response> {
  for (;;) {
    const answer = answers[request];
    if (answer) return answer();
    await scheduler.wait(5);
  }
}

beforeEach(async () => {
  const recipe: Recipe = {
    model: MODEL.digest,
    prompt: crypto.randomUUID(),
    seed: 1,
    size: 64,
    format: 'png',
    quality: null,
  };
  plan = { recipe, fingerprint: await fingerprintOf(recipe) };
  answers = [];
  stored = false;
  // The object's own requests: there is no network in these tests.
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const { hostname } = new URL(input instanceof Request ? input.url : input);
    if (hostname === 's3.invalid') {
      const headers = { etag: '"e"', 'content-length': '64' };
      return stored ? new Response(null, { headers }) : new Response(null, { status: 404 });
    }
    expect(hostname).toBe('backend.invalid');
    return answerOf(answers.push(undefined) - 1);
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the flight’s Durable Object', () => {
  it('makes the picture once for all callers, and keeps its recipe', async () => {
    const landings = [call(), call(), call()];
    await asked(1);
    answers[0] = pictures;
    const landed = await Promise.all(landings);
    expect(landed.map(({ result }) => result).sort()).toEqual(['generated', 'joined', 'joined']);
    for (const { bytes } of landed) expect(bytes).toEqual(bytesOf(plan.fingerprint));
    await vi.waitFor(async () => {
      expect(await createD1RecipeBook(env.DB).find(plan.fingerprint)).toEqual(plan.recipe);
    });
    expect(answers).toHaveLength(1);
  });

  it('is called again when it dies on the way, and makes no third attempt', async () => {
    const landing = call();
    await asked(1);
    await abort();
    await asked(2);
    answers[1] = pictures;
    expect((await landing).result).toBe('generated');

    const lost = expect(call()).resolves.toMatchObject({ result: 'joined' });
    stored = true;
    await lost;
    expect(answers).toHaveLength(2);
  });

  it('gives up after it died twice', async () => {
    const landing = expect(call()).rejects.toMatchObject({ code: 'backend_unavailable' });
    await asked(1);
    await abort();
    await asked(2);
    await abort();
    await landing;
    expect(answers).toHaveLength(2);
  });

  it('finds after its death what it had stored before', async () => {
    const landing = call();
    await asked(1);
    stored = true;
    await abort();
    expect(await landing).toEqual({ result: 'joined', etag: '"e"', sizeBytes: 64, bytes: undefined });
    expect(answers).toHaveLength(1);
  });

  it('passes refusals on with code, message and Retry-After', async () => {
    const landing = expect(call()).rejects.toMatchObject({ code: 'backend_unavailable', retryAfterS: 9 });
    await asked(1);
    answers[0] = () => new Response(null, { status: 503, headers: { 'retry-after': '9' } });
    await landing;
  });

  it('lets a caller go at its deadline, and flies on', async () => {
    const hasty = flights.generate(plan, { deadline: Date.now() + 50, withBytes: false });
    await expect(hasty).rejects.toMatchObject({ code: 'deadline_exceeded', status: 504 });
    await asked(1);
    const patient = call();
    answers[0] = pictures;
    expect((await patient).result).toBe('joined');
    expect(answers).toHaveLength(1);
  });

  it('leaves nothing in its storage once it has woken', async () => {
    const landing = call();
    await asked(1);
    answers[0] = pictures;
    await landing;
    await vi.waitFor(async () => {
      expect(await createD1RecipeBook(env.DB).find(plan.fingerprint)).toBeDefined();
    });
    const rows = () => runInDurableObject(object(), (_, { storage }) => [...storage.kv.list()]);
    expect(await rows()).toHaveLength(1);
    expect(await runDurableObjectAlarm(object())).toBe(true);
    expect(await rows()).toEqual([]);
  });
});

async function abort(): Promise<void> {
  await expect(
    runInDurableObject(object(), (_, state) => state.abort('as an eviction or a crash would')),
  ).rejects.toThrow();
}
