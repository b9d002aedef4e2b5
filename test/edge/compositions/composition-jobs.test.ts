import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import { installFakeNetwork } from '../fakes/fake-network.ts';
import { createJobClient } from '../fakes/job-client.ts';
import { GRID, MORPH } from './composition-client.ts';

const network = installFakeNetwork();

/** Pictures that no other test knows. */
const morph = () => ({
  ...MORPH,
  keyframes: [{ prompt: `a cat ${crypto.randomUUID()}` }, { prompt: `a dog ${crypto.randomUUID()}` }],
  async: true,
});

describe('a composition as a job', () => {
  it.each([
    ['interpolations', () => morph()],
    ['grids', () => ({ ...GRID, prompt: `a cat ${crypto.randomUUID()}`, async: true })],
  ])('is answered what /v1/%s would have answered', async (kind, bodyOf) => {
    const client = await createJobClient();
    const body = bodyOf();
    const response = await client.send('POST', `/v1/${kind}`, body);
    expect(response.status).toBe(202);
    const { id } = await response.json<{ id: string }>();
    const job = await client.ended(id);
    expect(job).toMatchObject({ status: 'succeeded', error: null, progress: null });
    const direct = await client.send('POST', `/v1/${kind}`, { ...body, async: false });
    const { data, file } = await direct.json<{ data: { url: string }[]; file: { url: string } }>();
    expect(job.result?.data.map(({ url }) => url)).toEqual(data.map(({ url }) => url));
    expect(job.result).toMatchObject({ file: { url: file.url, cache: 'miss' } });
  });

  it('tells how far it has come', async () => {
    const client = await createJobClient();
    const response = await client.send('POST', '/v1/interpolations', morph(), { prefer: 'respond-async' });
    const { id } = await response.json<{ id: string }>();
    const text = await (await client.fetch(`/v1/jobs/${id}/events`)).text();
    const told = [...text.matchAll(/^event: job\.progress\ndata: (.*)$/gmu)].map(
      ([, data = '']) => (JSON.parse(data) as { progress: { done: number; total: number } }).progress,
    );
    expect(told.length).toBeGreaterThan(0);
    expect(told.every(({ total }) => total === 6)).toBe(true);
    expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).sort((a, b) => a - b));
    expect(text).toContain('event: job.succeeded');
  });

  it('goes on with what was made where a try breaks off, and is charged for each picture once', async () => {
    const client = await createJobClient();
    const { generate } = network.backend;
    let asked = 0;
    network.backend.generate = (request) => {
      if (++asked === 4) throw new ApiError('backend_unavailable', { retryAfterS: 1 });
      return generate(request);
    };
    const response = await client.send('POST', '/v1/interpolations', morph());
    const { id } = await response.json<{ id: string }>();
    const job = await client.ended(id);
    network.backend.generate = generate;
    expect(job).toMatchObject({ status: 'succeeded', attempts: 2, result: { usage: { units: 5 } } });
    const balance = await (await client.fetch('/v1/balance')).json<{ billed: number }>();
    expect(balance).toMatchObject({ billed: 5 });
  });

  it('is refused at once where it is wrong', async () => {
    const client = await createJobClient();
    const response = await client.send('POST', '/v1/interpolations', { ...morph(), output_format: 'png' });
    expect(response.status).toBe(400);
  });
});
