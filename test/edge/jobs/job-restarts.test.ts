import { abortAllDurableObjects, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import { installFakeNetwork } from '../fakes/fake-network.ts';
import { createJobClient } from '../fakes/job-client.ts';

const network = installFakeNetwork();
const prompt = (): string => `a dog ${crypto.randomUUID()}`;

function objectOf(id: string) {
  return env.JOB.get(env.JOB.idFromString(id.slice('job_'.length)));
}

// In the middle of a run: ../../e2e/job-restart.test.ts, since workerd itself dies of an object that breaks then.
describe('a job whose objects are all restarted', () => {
  it('while it waits goes on when it is due', async () => {
    const client = await createJobClient();
    network.backend.failure = new ApiError('backend_unavailable', { retryAfterS: 2 });
    const { id } = await client.order({ prompt: prompt() });
    const reader = (await client.fetch(`/v1/jobs/${id}/events`)).body
      ?.pipeThrough(new TextDecoderStream())
      .getReader();
    let text = '';
    while (text.split('event: job.queued').length < 3) text += (await reader?.read())?.value ?? '';
    await reader?.cancel();
    network.backend.failure = undefined;
    await abortAllDurableObjects();
    expect(await client.job(id)).toMatchObject({ status: 'queued', attempts: 1 });
    expect(await client.ended(id)).toMatchObject({ status: 'succeeded', attempts: 2 });
    expect(await (await client.fetch('/v1/balance')).json()).toMatchObject({ billed: 1, reserved: 0 });
  });

  it('after its end is as it was', async () => {
    const client = await createJobClient();
    const { id } = await client.order({ prompt: prompt() });
    const job = await client.ended(id);
    await abortAllDurableObjects();
    expect(await client.job(id)).toEqual(job);
    await runDurableObjectAlarm(objectOf(id));
    expect(await client.job(id)).toEqual(job);
  });
});

describe('a job whose key', () => {
  it('is revoked while it waits fails', async () => {
    const client = await createJobClient();
    network.backend.failure = new ApiError('backend_unavailable', { retryAfterS: 1 });
    const { id } = await client.order({ prompt: prompt() });
    const [, keyId] = /^glp_test_(\w{12})_/u.exec(client.key) ?? [];
    await env.DB.prepare('UPDATE api_keys SET revoked_at = 1 WHERE id = ?').bind(keyId).run();
    const reader = await createJobClient({ tenant: client.tenant });
    const job = await reader.ended(id);
    network.backend.failure = undefined;
    expect(job).toMatchObject({ status: 'failed', error: { code: 'invalid_api_key' } });
  });
});
