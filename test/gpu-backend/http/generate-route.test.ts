import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiError, type ErrorBody } from '../../../gpu-backend/contract/errors.ts';
import { objectKeyOf } from '../../../gpu-backend/contract/fingerprint.ts';
import {
  type GenerateRequest,
  generateResultSchema,
  MAX_BODY_BYTES,
} from '../../../gpu-backend/contract/generate.ts';
import type { Scheduler } from '../../../gpu-backend/serving/scheduler.ts';
import { createMemoryStore } from '../../../gpu-backend/storage/memory-store.ts';
import type { ObjectStore } from '../../../gpu-backend/storage/object-store.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { signedRequest, TEST_SIGNING_KEY } from '../../fixtures/signed-request.ts';
import { createTestBackend, type TestBackend } from '../test-backend.ts';

const URL_OF_ROUTE = 'http://backend.test/v1/generate';
let backend: TestBackend;
let valid: GenerateRequest;

beforeAll(async () => {
  backend = await createTestBackend();
  await backend.inference.ready;
  valid = {
    model: backend.model.digest,
    images: [{ prompt: 'red apple', seed: 1 }],
    size: 64,
    format: 'webp',
    quality: 90,
  };
});

afterAll(() => backend.close());

beforeEach(() => {
  backend.log.length = 0;
});

async function post(body: unknown, app = backend.app): Promise<Response> {
  return app.request(await signedRequest(URL_OF_ROUTE, body));
}

async function errorOf(response: Response): Promise<ErrorBody['error']> {
  expect(response.headers.get('cache-control')).toBe('no-store');
  return ((await response.json()) as ErrorBody).error;
}

/**
 * Kills the model's process in the middle of the next so many batches with this prompt, counting from when a process is
 * there to run them. Gives the number of kills.
 */
function killOn({ inference, tokenise }: TestBackend, prompt: string, times: number): () => number {
  const { generate } = inference;
  const ids = tokenise(prompt).join();
  let kills = 0;
  inference.generate = async (batch, signal) => {
    if (!batch.texts.some((text) => text.join() === ids)) return generate(batch, signal);
    if (++kills === times) inference.generate = generate;
    await expect.poll(() => inference.isReady(), { timeout: 20_000 }).toBe(true);
    const running = generate(batch, signal);
    // Stopped before it can have begun, so that it never ends before it is killed.
    process.kill(inference.pid() as number, 'SIGSTOP');
    setImmediate(() => process.kill(inference.pid() as number, 'SIGKILL'));
    return running;
  };
  return () => kills;
}

async function restartsOf({ app }: TestBackend): Promise<number> {
  const metrics = await (await app.request('/metrics')).text();
  return Number(/^galip_child_restarts_total (\d+)$/mu.exec(metrics)?.[1]);
}

describe('POST /v1/generate', () => {
  it('200: a form of the result and then each picture under its fingerprint, in order', async () => {
    const images = [
      { prompt: 'red apple', seed: 1 },
      { prompt: 'pizza', seed: 2 },
    ];
    const response = await post({ ...valid, images });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const parts = [...(await response.formData()).entries()];
    const result = generateResultSchema.parse(JSON.parse(String(parts[0]?.[1])));
    const names = parts.map(([name]) => name);
    expect(names).toEqual(['result', ...result.images.map(({ fingerprint }) => fingerprint)]);
    for (const [fingerprint, file] of parts.slice(1) as [string, File][]) {
      expect([file.type, file.name]).toEqual(['image/webp', `${fingerprint}.webp`]);
      const stored = await backend.store.get(objectKeyOf(fingerprint, 'webp'));
      expect(new Uint8Array(await file.arrayBuffer())).toEqual(stored?.bytes);
    }
    expect(backend.log).toMatchObject([{ event: 'generate', outcome: 'ok' }]);
    expect(JSON.stringify(backend.log)).not.toMatch(/apple|pizza/u);
  });

  it.each<[string, (request: GenerateRequest) => unknown, string]>([
    ['images[0].seed', (request) => ({ ...request, images: [{ prompt: 'x', seed: -1 }] }), '-1'],
    ['images[0].seed', (request) => ({ ...request, images: [{ prompt: 'x', seed: 1.5 }] }), '1.5'],
    [
      'images[1].prompt',
      (request) => ({ ...request, images: [...request.images, { prompt: '', seed: 0 }] }),
      '',
    ],
    ['images', (request) => ({ ...request, images: [] }), ''],
    ['size', (request) => ({ ...request, size: 8 }), '8'],
    ['size', (request) => ({ ...request, size: 257 }), '257'],
    ['format', (request) => ({ ...request, format: 'gif' }), '"gif"'],
    ['quality', (request) => ({ ...request, quality: 101 }), '101'],
    ['quality', (request) => ({ ...request, quality: null }), 'null'],
    ['model', (request) => ({ ...request, model: 'emoji-64' }), '"emoji-64"'],
    ['extra', (request) => ({ ...request, extra: 1 }), '1'],
    [
      'images[0].extra',
      (request) => ({ ...request, images: [{ prompt: 'x', seed: 0, extra: true }] }),
      'true',
    ],
  ])('400: names %s when it is wrong', async (param, change, value) => {
    const response = await post(change(valid));
    expect(response.status).toBe(400);
    const error = await errorOf(response);
    expect(error).toMatchObject({ code: 'invalid_request', type: 'invalid_request_error', param });
    expect(error.message).toContain(param);
    expect(error.message).toContain(value);
    expect(backend.log).toMatchObject([{ event: 'generate', outcome: 'invalid_request', param }]);
  });

  it.each(['', '{"model":', 'null', '[]', '"text"'])('400: a body that is %o', async (body) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect((await errorOf(response)).param).toBeNull();
  });

  it('400: a body longer than allowed is refused before its signature is looked at', async () => {
    const response = await backend.app.request(URL_OF_ROUTE, {
      method: 'POST',
      body: 'x'.repeat(MAX_BODY_BYTES + 1),
    });
    expect(response.status).toBe(400);
    expect((await errorOf(response)).message).toContain('65536 bytes');
  });

  it('405: another method', async () => {
    const response = await backend.app.request(URL_OF_ROUTE);
    expect(response.status).toBe(405);
    expect((await errorOf(response)).code).toBe('method_not_allowed');
  });

  it('409: another model', async () => {
    const response = await post({ ...valid, model: '0'.repeat(64) });
    expect(response.status).toBe(409);
    expect(await errorOf(response)).toMatchObject({ code: 'model_mismatch', param: 'model' });
  });

  it('500: an error of our own says nothing to the client and all to the log', async () => {
    const tokenise = () => {
      throw new Error('internal detail');
    };
    const response = await post(valid, backend.withParts({ tokenise }).app);
    expect(response.status).toBe(500);
    const error = await errorOf(response);
    expect(error.code).toBe('internal_error');
    expect(JSON.stringify(error)).not.toContain('detail');
    expect(backend.log).toMatchObject([{ outcome: 'internal_error', cause: 'Error: internal detail' }]);
  });

  it('200: the model’s process is killed while it works: the request and those behind it are answered by the next', async () => {
    const before = await restartsOf(backend);
    const killed = killOn(backend, 'killed penguin', 1);
    const requests = [1, 2, 3].map((seed) => ({ ...valid, images: [{ prompt: 'killed penguin', seed }] }));
    const responses = await Promise.all(requests.map((request) => post(request)));
    expect(killed()).toBe(1);
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200]);
    for (const response of responses) {
      const [, [, file]] = [...(await response.formData()).entries()] as [unknown, [string, File]];
      expect((await sharp(await file.arrayBuffer()).metadata()).format).toBe('webp');
    }
    expect(await restartsOf(backend)).toBe(before + 1);
  });

  it('503: two processes die of a request; those behind it are answered by the third', async () => {
    const before = await restartsOf(backend);
    const killed = killOn(backend, 'poison', 2);
    const poison = post({ ...valid, images: [{ prompt: 'poison', seed: 1 }] });
    // Signatures are checked side by side: sent at once, another could come first.
    await expect.poll(killed, { interval: 5 }).toBeGreaterThan(0);
    const others = [2, 3].map((seed) => post({ ...valid, images: [{ prompt: 'antidote', seed }] }));
    const response = await poison;
    expect(killed()).toBe(2);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('2');
    expect((await errorOf(response)).code).toBe('backend_unavailable');
    expect((await Promise.all(others)).map(({ status }) => status)).toEqual([200, 200]);
    expect(await restartsOf(backend)).toBe(before + 2);
    expect((await backend.app.request('/health/ready')).status).toBe(200);
  });

  it('503: a store that fails on the way leaves whole objects or none', async () => {
    const kept = createMemoryStore();
    let puts = 0;
    const store: ObjectStore = {
      ...kept,
      putIfAbsent(key, bytes, options) {
        if (++puts === 2)
          return Promise.reject(new ApiError('storage_unavailable', { cause: new Error('gone') }));
        return kept.putIfAbsent(key, bytes, options);
      },
    };
    const images = [1, 2, 3].map((seed) => ({ prompt: 'pizza', seed }));
    const response = await post({ ...valid, images }, backend.withParts({ store }).app);
    expect(response.status).toBe(503);
    expect((await errorOf(response)).code).toBe('storage_unavailable');
    expect(backend.log).toMatchObject([{ outcome: 'storage_unavailable', cause: 'Error: gone' }]);

    const { app } = backend.withParts({ store: kept });
    const form = await (await post({ ...valid, images }, app)).formData();
    const result = generateResultSchema.parse(JSON.parse(String(form.get('result'))));
    expect(result.images.map(({ created }) => created)).toEqual([false, true, false]);
    for (const { fingerprint } of result.images) {
      const bytes = new Uint8Array(await (form.get(fingerprint) as File).arrayBuffer());
      expect((await kept.get(objectKeyOf(fingerprint, 'webp')))?.bytes).toEqual(bytes);
    }
  });

  it('504: the deadline passes', async () => {
    const clock = createManualClock();
    const store: ObjectStore = {
      ...createMemoryStore(),
      putIfAbsent: () => {
        clock.advance(500);
        return new Promise(() => {});
      },
    };
    // Its clock is another one.
    const scheduler: Scheduler = {
      ...backend.scheduler,
      run: (request, signal) => backend.scheduler.run({ ...request, deadlineAtMs: 1e12 }, signal),
    };
    const { app } = backend.withParts({ clock, deadlineMs: 500, store, scheduler });
    const response = await post(valid, app);
    expect(response.status).toBe(504);
    expect((await errorOf(response)).code).toBe('deadline_exceeded');
  });
});

describe('a signature', () => {
  const expectRefusal = async (request: Request, problem: string) => {
    const response = await backend.app.request(request);
    expect(response.status).toBe(401);
    expect(await errorOf(response)).toMatchObject({ code: 'invalid_signature', param: null });
    expect(backend.log.at(-1)).toMatchObject({ outcome: 'invalid_signature', cause: `Error: ${problem}` });
  };
  const signed = (options = {}, url = URL_OF_ROUTE) => signedRequest(url, valid, options);
  const now = () => Math.floor(Date.now() / 1_000);

  it('is asked for', async () => {
    await expectRefusal(
      new Request(URL_OF_ROUTE, { method: 'POST', body: JSON.stringify(valid) }),
      'missing',
    );
  });

  it.each(['x-galip-key-id', 'x-galip-timestamp', 'x-galip-nonce', 'x-galip-signature'])(
    'is refused without %s',
    async (name) => {
      const request = await signed();
      request.headers.delete(name);
      await expectRefusal(request, name === 'x-galip-key-id' ? 'unknown key' : 'missing');
    },
  );

  it.each([
    ['x-galip-timestamp', () => String(now() + 5)],
    ['x-galip-nonce', () => 'another-nonce-of-some-length'],
    ['x-galip-signature', () => '0'.repeat(64)],
  ])('is refused when %s was changed', async (name, value) => {
    const request = await signed();
    request.headers.set(name, value());
    await expectRefusal(request, 'mismatch');
  });

  it('is refused over another body', async () => {
    const { headers } = await signed();
    const body = JSON.stringify({ ...valid, size: 65 });
    await expectRefusal(new Request(URL_OF_ROUTE, { method: 'POST', headers, body }), 'mismatch');
  });

  it('is refused for another method', async () => {
    const { headers } = await signed({ method: 'PUT' });
    const body = JSON.stringify(valid);
    await expectRefusal(new Request(URL_OF_ROUTE, { method: 'POST', headers, body }), 'mismatch');
  });

  it.each(['/v1/generate?x=1', '/v1/other'])('is refused when it was made for %s', async (path) => {
    const { headers } = await signed({}, `http://backend.test${path}`);
    const body = JSON.stringify(valid);
    await expectRefusal(new Request(URL_OF_ROUTE, { method: 'POST', headers, body }), 'mismatch');
  });

  it('is refused the second time', async () => {
    const request = await signed();
    expect((await backend.app.request(request.clone())).status).toBe(200);
    await expectRefusal(request, 'replay');
  });

  it.each([-61, 62])('is refused when it is %i s away', async (offset) => {
    await expectRefusal(await signed({ timestamp: now() + offset }), 'clock skew');
  });

  it('is refused of a key that is not known, or of a known one with another secret', async () => {
    const secret = 'a-secret-that-the-backend-does-not-know';
    await expectRefusal(await signed({ key: { id: 'other', secret } }), 'unknown key');
    await expectRefusal(await signed({ key: { ...TEST_SIGNING_KEY, secret } }), 'mismatch');
  });
});
