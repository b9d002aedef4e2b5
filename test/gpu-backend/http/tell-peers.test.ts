import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpServer, listen } from '../../../gpu-backend/http/server.ts';
import { createTellPeers, FROM_PEER_HEADER, type TellPeers } from '../../../gpu-backend/http/tell-peers.ts';
import { signedRequest } from '../../fixtures/signed-request.ts';
import { createTestBackend, type TestBackend } from '../test-backend.ts';

// Two replicas, each with an address of its own and the port of both; they share this test's one model.

const HOSTS = ['127.0.0.1', '127.0.0.2'] as const;
/** Nobody listens there. */
const GONE = '127.0.0.3';

let backend: TestBackend;
let servers: HttpServer[];
/** Look-ups so far. */
let lookUps = 0;
let held = Promise.withResolvers<void>();
let batches = 0;

beforeAll(async () => {
  // Each picture is a batch of its own, so that the third waits whatever the machine would gain from batches.
  backend = await createTestBackend([1]);
  await backend.inference.ready;
  const { generate } = backend.inference;
  backend.inference.generate = async (batch, signal) => {
    batches++;
    await held.promise;
    return generate(batch, signal);
  };
  let tell: TellPeers | undefined;
  const replica = () => backend.withParts({}, { tellPeers: async (...request) => tell?.(...request) }).app;
  const first = await listen(replica(), { host: HOSTS[0], port: 0 });
  const port = Number(new URL(first.url).port);
  servers = [first, await listen(replica(), { host: HOSTS[1], port })];
  const addressesOf = async (host: string) => {
    expect(host).toBe('peers.test');
    lookUps++;
    return [GONE, ...HOSTS];
  };
  // Every withdrawal looks its peers up anew.
  let nowMs = 0;
  const now = () => {
    nowMs += 10_000;
    return nowMs;
  };
  tell = createTellPeers({ url: new URL(`http://peers.test:${port}`), addressesOf, fetcher: fetch, now });
});
afterAll(async () => {
  await Promise.all((servers ?? []).map((server) => server.stop(1_000)));
  await backend?.close();
});

async function post(replica: 0 | 1, path: string, body: object, headers: Record<string, string> = {}) {
  const request = await signedRequest(`${servers[replica]?.url}${path}`, body);
  for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
  return fetch(request);
}

function make(prompt: string, ticket: string): Promise<Response> {
  const picture = { size: 64, format: 'webp', quality: 90 };
  const images = [{ prompt, seed: 1 }];
  return post(0, '/v1/generate', { model: backend.model.digest, images, ...picture, ticket });
}

/** Two pictures that the model has begun with, and one that waits, with their tickets. */
async function begun(name: string) {
  held = Promise.withResolvers();
  batches = 0;
  const [first, second, third] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()] as const;
  const made = make(`a begun ${name}`, first);
  await expect.poll(() => batches).toBe(1);
  const next = make(`a next ${name}`, second);
  await expect.poll(() => batches).toBe(2);
  const waits = make(`a stale ${name}`, third);
  await expect.poll(() => backend.scheduler.depth()).toBe(1);
  return { made, next, waits, first, third };
}

describe('a withdrawal that reaches another replica', () => {
  it('ends what waits, and leaves what has begun', async () => {
    const { made, next, waits, first, third } = await begun('apple');
    for (const ticket of [first, third]) expect((await post(1, '/v1/withdraw', { ticket })).status).toBe(204);
    const stale = await waits;
    expect([stale.status, (await stale.json()) as unknown]).toEqual([
      409,
      { error: expect.objectContaining({ code: 'superseded' }) },
    ]);
    held.resolve();
    expect([(await made).status, (await next).status]).toEqual([200, 200]);
  });

  it('is told on by who hears it first alone, and not where its request is', async () => {
    const { made, next, waits, third } = await begun('banana');
    const before = lookUps;
    expect((await post(0, '/v1/withdraw', { ticket: third })).status).toBe(204);
    expect((await waits).status).toBe(409);
    const unknown = { ticket: crypto.randomUUID() };
    expect((await post(1, '/v1/withdraw', unknown, { [FROM_PEER_HEADER]: '1' })).status).toBe(204);
    expect(lookUps).toBe(before);
    expect((await post(1, '/v1/withdraw', unknown)).status).toBe(204);
    expect(lookUps).toBe(before + 1);
    held.resolve();
    expect([(await made).status, (await next).status]).toEqual([200, 200]);
  });

  it('is believed of no peer without the edge’s signature', async () => {
    const { made, next, waits, third } = await begun('cherry');
    const forged = await fetch(`${servers[0]?.url}/v1/withdraw`, {
      method: 'POST',
      headers: { [FROM_PEER_HEADER]: '1', 'content-type': 'application/json' },
      body: JSON.stringify({ ticket: third }),
    });
    expect(forged.status).toBe(401);
    held.resolve();
    expect([(await made).status, (await next).status, (await waits).status]).toEqual([200, 200, 200]);
  });
});
