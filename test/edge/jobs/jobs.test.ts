import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import { installFakeNetwork } from '../fakes/fake-network.ts';
import { createJobClient } from '../fakes/job-client.ts';

const network = installFakeNetwork();
const prompt = (): string => `a cat ${crypto.randomUUID()}`;

describe('a request with Prefer: respond-async', () => {
  it('is answered 202 with a job that ends with what the request would have been answered', async () => {
    const client = await createJobClient();
    const body = { prompt: prompt(), n: 2 };
    const response = await client.generate(body, { prefer: 'wait=5, respond-async' });
    const accepted = await response.json<{ id: string }>();
    expect(response.status).toBe(202);
    expect(accepted).toMatchObject({ object: 'job', status: 'queued', attempts: 0, result: null });
    expect(response.headers.get('location')).toBe(`/v1/jobs/${accepted.id}`);
    expect(response.headers.get('preference-applied')).toBe('respond-async');
    expect(response.headers.get('retry-after')).toBe('1');
    const job = await client.ended(accepted.id);
    expect(job).toMatchObject({ status: 'succeeded', attempts: 1, error: null, webhook: null });
    const direct = await (await client.generate(body)).json<{ data: { url: string; seed: number }[] }>();
    expect(job.result?.data.map(({ url, seed }) => [url, seed])).toEqual(
      direct.data.map(({ url, seed }) => [url, seed]),
    );
    expect(job.result?.data.map(({ units }) => units)).toEqual([1, 1]);
  });

  it('may say no by its field', async () => {
    const client = await createJobClient();
    const response = await client.generate({ prompt: prompt(), async: false }, { prefer: 'respond-async' });
    expect(response.status).toBe(200);
  });

  it('is one job under one Idempotency-Key, with the same random seeds', async () => {
    const client = await createJobClient();
    const body = { prompt: prompt(), seed: 'random', n: 2 };
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const [first, second] = [await client.order(body, headers), await client.order(body, headers)];
    expect(second).toEqual(first);
    const job = await client.ended(first.id);
    const seeds = job.result?.data.map(({ seed }) => seed) ?? [];
    expect(new Set(seeds).size).toBe(2);
    const other = await client.ended((await client.order(body)).id);
    expect(other.result?.data.map(({ seed }) => seed)).not.toEqual(seeds);
  });

  it.each([
    [{ prompt: '' }, 400, 'prompt'],
    [{ prompt: 'x', n: 2, seeds: [1] }, 400, 'seeds'],
    [{ prompt: 'x', model: 'other' }, 404, 'model'],
    [{ prompt: 'x', deadline: 0 }, 400, 'deadline'],
    [{ prompt: 'x', deadline: 86_401 }, 400, 'deadline'],
    [{ prompt: 'x', webhook: 'http://a.hooks.example' }, 400, 'webhook'],
    [{ prompt: 'x', webhook: 'https://169.254.169.254/' }, 400, 'webhook'],
    [{ prompt: 'x', async: 'yes' }, 400, 'async'],
  ])('is refused at once where it is wrong: %j', async (fields, status, param) => {
    const client = await createJobClient();
    const response = await client.generate({ async: true, ...fields });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { param } });
  });

  it.each([{ deadline: 60 }, { webhook: 'https://a.hooks.example' }])('is needed for %j', async (fields) => {
    const client = await createJobClient();
    const response = await client.generate({ prompt: prompt(), ...fields });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param: Object.keys(fields)[0] } });
  });
});

describe('GET /v1/jobs/{id}', () => {
  it('answers 304 while nothing has changed', async () => {
    const client = await createJobClient();
    const { id } = await client.order({ prompt: prompt() });
    await client.ended(id);
    const response = await client.fetch(`/v1/jobs/${id}`);
    const etag = response.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"\d+"$/u);
    expect(response.headers.has('retry-after')).toBe(false);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const again = await client.fetch(`/v1/jobs/${id}`, { headers: { 'if-none-match': `"0", ${etag}` } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    const other = await client.fetch(`/v1/jobs/${id}`, { headers: { 'if-none-match': '"0"' } });
    expect(other.status).toBe(200);
  });

  it('needs a key that may read', async () => {
    const client = await createJobClient();
    const { id } = await client.order({ prompt: prompt() });
    const reader = await createJobClient({ tenant: client.tenant, scopes: ['read'] });
    expect((await reader.job(id)).id).toBe(id);
    expect((await reader.fetch(`/v1/jobs/${id}`, { method: 'DELETE' })).status).toBe(403);
    const admin = await createJobClient({ tenant: client.tenant, scopes: ['admin'] });
    expect((await admin.fetch(`/v1/jobs/${id}`)).status).toBe(403);
  });
});

describe('GET /v1/jobs/{id}/events', () => {
  it('tells every step, goes on after Last-Event-ID, and says when there is no more', async () => {
    const client = await createJobClient();
    const { id } = await client.order({ prompt: prompt(), response_format: 'b64_json' });
    const events = await client.events(id);
    expect(events.map(({ id: number, event }) => [number, event])).toEqual([
      ['1', 'job.queued'],
      ['2', 'job.running'],
      ['3', 'job.succeeded'],
    ]);
    const [image] = events[2]?.data.result?.data ?? [];
    expect(image).toMatchObject({ seed: 0 });
    expect(image).not.toHaveProperty('b64_json');
    expect((await client.job(id)).result?.data[0]).toHaveProperty('b64_json');
    expect((await client.events(id, '1')).map(({ id: number }) => number)).toEqual(['2', '3']);
    expect((await client.events(id, 'x')).length).toBe(3);
    const none = await client.fetch(`/v1/jobs/${id}/events`, { headers: { 'last-event-id': '3' } });
    expect(none.status).toBe(204);
  });
});

describe('a job', () => {
  it('waits while the backend sheds load, then is done, and charged once', async () => {
    const client = await createJobClient();
    const { generate } = network.backend;
    let refusals = 2;
    network.backend.generate = async (request) => {
      if (refusals-- > 0) throw new ApiError('backend_unavailable', { retryAfterS: 1 });
      return generate(request);
    };
    const { id } = await client.order({ prompt: prompt() });
    const events = await client.events(id);
    network.backend.generate = generate;
    expect(events.map(({ event }) => event)).toEqual([
      'job.queued',
      'job.running',
      'job.queued',
      'job.running',
      'job.queued',
      'job.running',
      'job.succeeded',
    ]);
    expect(await (await client.fetch('/v1/balance')).json()).toMatchObject({ billed: 1, reserved: 0 });
  });

  it('expires when the backend sheds load for too long', async () => {
    const client = await createJobClient();
    network.backend.failure = new ApiError('backend_unavailable', { retryAfterS: 90 });
    const { id } = await client.order({ prompt: prompt(), deadline: 60 });
    const job = await client.ended(id);
    network.backend.failure = undefined;
    expect(job).toMatchObject({ status: 'expired', error: { code: 'backend_unavailable' } });
    expect(job.deadline_at - job.created_at).toBe(60);
    expect(await (await client.fetch('/v1/balance')).json()).toMatchObject({ billed: 0, reserved: 0 });
  });

  it.each([
    ['DELETE', ''],
    ['POST', '/cancel'],
  ])('is cancelled by %s while it waits', async (method, path) => {
    const client = await createJobClient();
    network.backend.failure = new ApiError('backend_unavailable', { retryAfterS: 60 });
    const { id } = await client.order({ prompt: prompt() });
    const stream = await client.fetch(`/v1/jobs/${id}/events`);
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (text.split('event: job.queued').length < 3) text += (await reader?.read())?.value ?? '';
    const waiting = await client.fetch(`/v1/jobs/${id}`);
    expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(await waiting.json()).toMatchObject({ status: 'queued', error: { code: 'backend_unavailable' } });
    const response = await client.fetch(`/v1/jobs/${id}${path}`, { method });
    network.backend.failure = undefined;
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ id, status: 'cancelled', next_attempt_at: null });
    while (!text.includes('event: job.cancelled')) text += (await reader?.read())?.value ?? '';
    expect(await reader?.read()).toMatchObject({ done: true });
    expect(await (await client.fetch(`/v1/jobs/${id}${path}`, { method })).json()).toMatchObject({
      status: 'cancelled',
    });
  });

  it('fails without credit, and costs nothing', async () => {
    const client = await createJobClient({ plan: 'prepaid' });
    const job = await client.ended((await client.order({ prompt: prompt() })).id);
    expect(job).toMatchObject({ status: 'failed', attempts: 1, error: { code: 'insufficient_credits' } });
  });

  it.each([
    ['GET', ''],
    ['GET', '/events'],
    ['DELETE', ''],
    ['POST', '/cancel'],
  ])('does not exist for another tenant, nor do invented ones (%s %s)', async (method, path) => {
    const [owner, other] = [await createJobClient(), await createJobClient()];
    const { id } = await owner.order({ prompt: prompt() });
    const invented = ['job_', `job_${'0'.repeat(64)}`, id.toUpperCase(), id.slice(4), `${id}0`, 'job_%2e%2e'];
    for (const name of [id, ...invented]) {
      const response = await other.fetch(`/v1/jobs/${name}${path}`, { method });
      expect(response.status, name).toBe(404);
      expect(await response.json()).toMatchObject({ error: { code: 'not_found' } });
    }
    expect((await owner.ended(id)).status).toBe('succeeded');
  });
});
