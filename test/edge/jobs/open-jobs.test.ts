import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createAskDurable } from '../../../edge/durable/ask-durable.ts';
import { PLATFORM_CLOCK } from '../../../edge/durable/clock.ts';
import { createDurableJobs } from '../../../edge/durable/durable-jobs.ts';
import { freePlaces } from '../../../edge/jobs/free-places.ts';
import { createD1OpenJobs } from '../../../edge/jobs/open-jobs.ts';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import { installFakeNetwork } from '../fakes/fake-network.ts';
import { createTestEdge, issueKey } from '../fakes/test-edge.ts';

const network = installFakeNetwork();

/** Two keys of a tenant of its own, under small limits. */
async function createClients() {
  const tenant = `open-${crypto.randomUUID()}`;
  const edge = createTestEdge({ openJobLimits: { tenant: 3, key: 2 }, now: Date.now });
  const keys = await Promise.all([issueKey({ tenant }), issueKey({ tenant })]);
  let prompts = 0;
  const order = (key: number, headers: Record<string, string> = {}) =>
    edge.generate(
      { prompt: `${tenant} ${prompts++}`, async: true },
      { authorization: `Bearer ${keys[key]}`, ...headers },
    );
  const ended = async (id: string) => {
    const headers = { authorization: `Bearer ${keys[0]}` };
    await (await edge.fetch(`/v1/jobs/${id}/events`, { headers })).text();
  };
  const places = async () =>
    (await env.DB.prepare('SELECT id FROM open_jobs WHERE tenant = ?').bind(tenant).all<{ id: string }>())
      .results;
  return { tenant, order, ended, places };
}

async function idOf(response: Response): Promise<string> {
  expect(response.status).toBe(202);
  return (await response.json<{ id: string }>()).id;
}

describe('jobs that have not ended', () => {
  it('are as many as key and tenant may have, told with the numbers, and room for others once they end', async () => {
    network.backend.failure = new ApiError('backend_unavailable', { retryAfterS: 3 });
    const { order, ended, places } = await createClients();
    const answers = await Promise.all(Array.from({ length: 10 }, () => order(0)));
    const accepted = await Promise.all(answers.filter(({ status }) => status === 202).map(idOf));
    expect(accepted).toHaveLength(2);
    const refused = answers.find(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(8);
    expect(refused?.headers.get('retry-after')).toBe('10');
    expect(await refused?.json()).toMatchObject({
      error: { code: 'too_many_jobs', message: expect.stringMatching(/key has 2 jobs .* allowed are 2/u) },
    });
    const third = await idOf(await order(1));
    const fourth = await order(1);
    expect(fourth.status).toBe(429);
    expect(await fourth.json()).toMatchObject({
      error: { message: expect.stringMatching(/account has 3 jobs .* allowed are 3/u) },
    });
    expect(await places()).toHaveLength(3);
    network.backend.failure = undefined;
    for (const id of [...accepted, third]) await ended(id);
    await expect.poll(places).toEqual([]);
    await ended(await idOf(await order(0)));
  }, 60_000);

  it('hold one place however often they are ordered, and none once they have ended', async () => {
    const { order, ended, places } = await createClients();
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const answers = await Promise.all(Array.from({ length: 5 }, () => order(0, headers)));
    expect(new Set(answers.map(({ status }) => status)).has(429)).toBe(false);
    expect((await places()).length).toBeLessThanOrEqual(1);
    for (const answer of answers) if (answer.status === 202) await ended(await idOf(answer));
    await expect.poll(places).toEqual([]);
  }, 60_000);

  it('give their places back to the cron where they were never made', async () => {
    const { tenant, order, places } = await createClients();
    let nowMs = Date.now();
    const openJobs = createD1OpenJobs({
      db: env.DB,
      limits: { tenant: 3, key: 3 },
      ask: createAskDurable(PLATFORM_CLOCK, 'service_unavailable'),
      now: () => nowMs,
    });
    const jobs = createDurableJobs(env.JOB);
    network.backend.failure = new ApiError('backend_unavailable', { retryAfterS: 60 });
    const id = await idOf(await order(0));
    await openJobs.enter({ id: jobs.idOf(tenant, 'never made'), tenant, keyId: 'key' });
    const run = () => freePlaces({ openJobs, jobs, log: (entry) => expect(entry).toBeUndefined() });
    await run();
    expect(await places()).toHaveLength(2);
    nowMs += 11 * 60_000;
    await run();
    expect(await places()).toEqual([{ id }]);
    nowMs += 11 * 60_000;
    await run();
    expect(await places()).toEqual([{ id }]);
    await jobs.cancel(id, tenant);
    await expect.poll(places).toEqual([]);
  }, 60_000);
});
