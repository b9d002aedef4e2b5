import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import { expect, it, onTestFinished } from 'vitest';
import { startSigningBackend } from '../edge-s3/signing-backend.ts';
import { type DevStack, startDevStack } from '../fixtures/dev-stack.ts';
import { processesOf } from './processes.ts';

const SIGNING_KEYS = `k1:${'s'.repeat(32)}`;

interface Job {
  readonly id: string;
  readonly status: string;
  readonly attempts: number;
  readonly result: { readonly data: readonly { readonly url: string; readonly fingerprint: string }[] };
}

async function ask<T>(stack: DevStack, path: string, init: RequestInit = {}): Promise<T> {
  const headers = { authorization: `Bearer ${stack.apiKey}`, 'content-type': 'application/json' };
  const response = await fetch(stack.url + path, { headers, ...init });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** Until the job ends. */
async function hearEvents(stack: DevStack, id: string): Promise<string> {
  const headers = { authorization: `Bearer ${stack.apiKey}` };
  return (await fetch(`${stack.url}/v1/jobs/${id}/events`, { headers })).text();
}

it('a job whose Worker is killed in the middle of its run is done after a restart, and charged once', async () => {
  const client = new AwsClient({
    accessKeyId: 'galip-local',
    secretAccessKey: 'galip-local-secret',
    service: 's3',
    region: 'auto',
    retries: 0,
  });
  let s3Endpoint = '';
  const startBackend = () =>
    startSigningBackend({
      signingKeys: SIGNING_KEYS,
      bytesOf: (fingerprint) => new Uint8Array(Buffer.from(`picture ${fingerprint}`)),
      async put(key, body) {
        const response = await client.fetch(`${s3Endpoint}/galip-images/${key}`, { method: 'PUT', body });
        return response.headers.get('etag') ?? '';
      },
    });
  const dataDir = await mkdtemp(join(tmpdir(), 'galip-job-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));

  // It hears the request, and dies with the Worker.
  const silent = await startBackend();
  silent.hold();
  const asked = silent.asked();
  const first = await startDevStack({ dataDir, env: { BACKEND_URL: silent.url, SIGNING_KEYS } });
  const { id } = await ask<Job>(first, '/v1/images/generations', {
    method: 'POST',
    body: JSON.stringify({ prompt: 'a red apple', async: true }),
  });
  await asked;
  expect(await ask<Job>(first, `/v1/jobs/${id}`)).toMatchObject({ status: 'running', attempts: 1 });
  const parts = (await processesOf(first.pid)).map((line) => Number.parseInt(line, 10));
  for (const pid of new Set([first.pid, ...parts])) process.kill(pid, 'SIGKILL');
  await silent[Symbol.asyncDispose]();

  const backend = await startBackend();
  const second = await startDevStack({ dataDir, env: { BACKEND_URL: backend.url, SIGNING_KEYS } });
  onTestFinished(async () => {
    await second.stop();
    await backend[Symbol.asyncDispose]();
  });
  s3Endpoint = second.s3Endpoint;
  expect(await hearEvents(second, id)).toContain('event: job.succeeded');
  const job = await ask<Job>(second, `/v1/jobs/${id}`);
  const [image] = job.result.data;
  expect(job).toMatchObject({ status: 'succeeded', attempts: 2 });
  const picture = await fetch(second.url + new URL(image?.url ?? '').pathname);
  expect(await picture.text()).toBe(`picture ${image?.fingerprint}`);
  const balance = await ask<{ billed: number; reserved: number }>(second, '/v1/balance');
  expect(balance).toMatchObject({ billed: 1, reserved: 0 });
  expect(backend.made()).toBe(1);
});
