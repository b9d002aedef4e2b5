import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GenerateRequest } from '../../../gpu-backend/contract/generate.ts';
import { signedRequest } from '../../fixtures/signed-request.ts';
import { createTestBackend, type TestBackend } from '../test-backend.ts';

let backend: TestBackend;
/** The model begins with nothing until this is called. */
let begin: () => void;
let batches: number;

beforeAll(async () => {
  backend = await createTestBackend();
  await backend.inference.ready;
  const { generate } = backend.inference;
  backend.inference.generate = async (batch, signal) => {
    batches++;
    await held.promise;
    return generate(batch, signal);
  };
});
let held = Promise.withResolvers<void>();
afterAll(() => backend.close());

const post = async (path: string, body: object): Promise<Response> =>
  backend.app.request(await signedRequest(`http://backend.test${path}`, body));

function request(prompt: string, ticket?: string): Promise<Response> {
  const body: GenerateRequest = {
    model: backend.model.digest,
    images: [{ prompt, seed: 1 }],
    size: 64,
    format: 'webp',
    quality: 90,
    ...(ticket !== undefined && { ticket }),
  };
  return post('/v1/generate', body);
}

const codeOf = async (response: Response) =>
  ((await response.json()) as { error: { code: string } }).error.code;

describe('POST /v1/withdraw', () => {
  it('ends what waits with superseded, before the model sees it, and leaves what has begun', async () => {
    held = Promise.withResolvers();
    begin = held.resolve;
    batches = 0;
    const [first, stale] = [crypto.randomUUID(), crypto.randomUUID()];
    const depth = (): number => backend.scheduler.depth();
    const begun = request('a begun apple', first);
    await expect.poll(() => batches).toBe(1);
    // The model holds two batches, the second at the latest when it is full: what comes after them waits.
    const others: Promise<Response>[] = [];
    while (batches < 2) {
      const before = depth();
      others.push(request(`apple ${others.length}`));
      await expect.poll(() => batches === 2 || depth() > before).toBe(true);
    }
    const before = depth();
    const waits = request('a stale apple', stale);
    await expect.poll(depth).toBe(before + 1);
    for (const ticket of [first, stale]) expect((await post('/v1/withdraw', { ticket })).status).toBe(204);
    const answer = await waits;
    expect(answer.status).toBe(409);
    expect(await codeOf(answer)).toBe('superseded');
    begin();
    expect((await begun).status).toBe(200);
    for (const other of others) expect((await other).status).toBe(200);
  });

  it('holds for a request that comes after it', async () => {
    held = Promise.withResolvers();
    held.resolve();
    const ticket = crypto.randomUUID();
    await post('/v1/withdraw', { ticket });
    expect(await codeOf(await request('an early apple', ticket))).toBe('superseded');
    expect((await request('an early apple', ticket)).status).toBe(200);
  });

  it('is signed, and takes a ticket alone', async () => {
    const unsigned = new Request('http://backend.test/v1/withdraw', { method: 'POST', body: '{}' });
    expect((await backend.app.request(unsigned)).status).toBe(401);
    expect((await post('/v1/withdraw', { ticket: 'x' })).status).toBe(400);
    expect((await backend.app.request('http://backend.test/v1/withdraw')).status).toBe(405);
  });
});
