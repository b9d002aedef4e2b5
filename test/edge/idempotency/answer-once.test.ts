import { abortAllDurableObjects, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import { createTestEdge, issueKey, NOW_MS } from '../fakes/test-edge.ts';

/** Sends bodies under one key of one tenant. */
async function createClient(key: string = crypto.randomUUID()) {
  let nowMs = NOW_MS;
  const edge = createTestEdge({ now: () => nowMs });
  const authorization = `Bearer ${await issueKey()}`;
  const advance = (ms: number): number => (nowMs += ms);
  const send = (body: unknown) => edge.generate(body, { authorization, 'idempotency-key': key });
  return { edge, key, send, advance };
}

async function codeOf(response: Response): Promise<string> {
  return (await response.json<{ error: { code: string } }>()).error.code;
}

describe('a POST with an Idempotency-Key', () => {
  it('is done once, and answered the same however it is spelt', async () => {
    const { edge, send } = await createClient();
    const first = await send({ prompt: 'cat', seed: 'random' });
    const again = await send('{"seed": "random", "prompt": "cat"}');
    expect(first.status).toBe(200);
    expect(again.status).toBe(200);
    expect(await again.text()).toBe(await first.text());
    expect(first.headers.has('idempotency-replayed')).toBe(false);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('x-usage-units')).toBe('1');
    expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
    expect(again.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
    expect(edge.backend.requests).toHaveLength(1);
  });

  it('is 422 with another body', async () => {
    const { edge, send } = await createClient();
    await send({ prompt: 'cat' });
    const response = await send({ prompt: 'dog' });
    expect(response.status).toBe(422);
    expect(await codeOf(response)).toBe('idempotency_key_reused');
    expect(edge.backend.requests).toHaveLength(1);
  });

  it('is 409 while the first still runs', async () => {
    const { edge, send } = await createClient();
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    const { generate } = edge.backend;
    edge.backend.generate = async (request) => {
      reach();
      await held;
      return generate(request);
    };
    const first = send({ prompt: 'cat' });
    await reached;
    const second = await send({ prompt: 'cat' });
    expect(second.status).toBe(409);
    expect(await codeOf(second)).toBe('request_in_progress');
    expect(second.headers.get('retry-after')).toBe('1');
    release();
    expect((await first).status).toBe(200);
    expect((await send({ prompt: 'cat' })).headers.get('idempotency-replayed')).toBe('true');
  });

  it('is done once when it comes fifty times at once', async () => {
    const { edge, send } = await createClient();
    const answers = await Promise.all(Array.from({ length: 50 }, () => send({ prompt: 'cat', n: 2 })));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status !== 200 && status !== 409)).toEqual([]);
    const firsts = answers.filter(
      ({ status, headers }) => status === 200 && !headers.has('idempotency-replayed'),
    );
    expect(firsts).toHaveLength(1);
    expect(edge.backend.requests).toHaveLength(2);
  });

  it('keeps refusals of the request, not errors that pass', async () => {
    const { edge, send, advance } = await createClient();
    edge.backend.failure = new ApiError('backend_unavailable');
    expect((await send({ prompt: 'cat' })).status).toBe(503);
    edge.backend.failure = undefined;
    advance(2_000);
    const response = await send({ prompt: 'cat' });
    expect(response.status).toBe(200);
    expect(response.headers.has('idempotency-replayed')).toBe(false);

    const wrong = await createClient();
    const refusals = [await wrong.send({ prompt: '' }), await wrong.send({ prompt: '' })];
    expect(refusals.map(({ status }) => status)).toEqual([400, 400]);
    expect(refusals[1]?.headers.get('idempotency-replayed')).toBe('true');
  });

  it('keeps answers of many megabytes, also over a restart', async () => {
    const { edge, send } = await createClient();
    const { generate } = edge.backend;
    edge.backend.generate = async (request) => {
      const generation = await generate(request);
      return {
        ...generation,
        pictures: generation.pictures.map((picture) => ({ ...picture, bytes: new Uint8Array(3_000_000) })),
      };
    };
    const body = { prompt: 'cat', response_format: 'b64_json' };
    const text = await (await send(body)).text();
    expect(text.length).toBeGreaterThan(4_000_000);
    await abortAllDurableObjects();
    const again = await send(body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await again.text()) === text).toBe(true);
  });

  it('is a request of its own for another tenant', async () => {
    const key = crypto.randomUUID();
    await (await createClient(key)).send({ prompt: 'cat' });
    const edge = createTestEdge();
    const authorization = `Bearer ${await issueKey({ tenant: crypto.randomUUID() })}`;
    const response = await edge.generate({ prompt: 'dog' }, { authorization, 'idempotency-key': key });
    expect(response.status).toBe(200);
  });

  it.each(['x'.repeat(256), 'with space', 'ümlaut'])('is 400 with the key %j', async (key) => {
    const { edge, send } = await createClient(key);
    const response = await send({ prompt: 'cat' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param: 'idempotency-key' } });
    expect(edge.backend.requests).toHaveLength(0);
  });

  it('takes a key of 255 characters', async () => {
    const { send } = await createClient(`${crypto.randomUUID()}-`.padEnd(255, 'x'));
    expect((await send({ prompt: 'cat' })).status).toBe(200);
  });

  it('does not forget before a day has gone, when its alarm comes early', async () => {
    const { send, key } = await createClient();
    await send({ prompt: 'cat' });
    const stub = env.IDEMPOTENCY.getByName(JSON.stringify(['tenant', key]));
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect((await send({ prompt: 'cat' })).headers.get('idempotency-replayed')).toBe('true');
  });
});
