import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3VariablesOf } from '../../infra/local/services.ts';
import { type DevStack, startDevStack } from '../fixtures/dev-stack.ts';
import { bytesOf, createImages, decode, postImages } from './http.ts';
import { processesOf } from './processes.ts';
import { openS3Gate, type S3Gate } from './s3-gate.ts';

const PICTURES = 4;

describe('a part that dies', () => {
  let gate: S3Gate;
  let stack: DevStack;
  let list: () => Promise<Buffer[]>;
  beforeAll(async () => {
    gate = await openS3Gate();
    const s3 = s3VariablesOf({}, gate.port);
    stack = await startDevStack({ env: { ...s3 } });
    gate.setTarget(Number(new URL(stack.url).port));
    list = () => allObjects(s3);
  });
  afterAll(async () => {
    await stack.stop();
    await gate.close();
  });

  it('costs the request a 503 and breaks no object when it is the backend, in the middle of an upload', async () => {
    const known = await createImages(stack, { prompt: 'a red apple' });
    const request = { prompt: 'a red heart', n: PICTURES, size: '256x256' };

    const held = gate.holdNextPut();
    const answer = postImages(stack, request);
    await held;
    // The others of the request are stored, the held one is in the middle of its body.
    await expect.poll(list, { timeout: 30_000 }).toHaveLength(1 + PICTURES - 1);
    const printed = stack.logs().length;
    stack.killBackend();

    const response = await answer;
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await response.json()).toMatchObject({ error: { code: 'backend_unavailable' } });
    await stack.waitForLog(/The backend died \(signal SIGKILL\): started again/u, printed);

    // While it is away.
    const again = await createImages(stack, { prompt: 'a red apple' });
    expect(again.data).toMatchObject([{ url: known.data[0]?.url, cache: 'hit' }]);
    expect((await decode(await bytesOf(again.data[0]?.url ?? ''))).spread).toBeGreaterThan(0);

    await stack.waitForLog(/The backend is back/u, printed);
    const stored = await list();
    expect(stored).toHaveLength(1 + PICTURES - 1);
    for (const bytes of stored) expect((await decode(bytes)).spread).toBeGreaterThan(0);

    const retried = await createImages(stack, request);
    expect(retried.data).toHaveLength(PICTURES);
    for (const { url } of retried.data) {
      expect(await decode(await bytesOf(url))).toMatchObject({ width: 256, height: 256 });
    }
    expect(await list()).toHaveLength(1 + PICTURES);
  });

  it('is started again each time, when it is the backend', async () => {
    for (let death = 0; death < 2; death++) {
      const printed = stack.logs().length;
      stack.killBackend();
      await stack.waitForLog(/The backend is back/u, printed);
      const { data } = await createImages(stack, { prompt: 'a guitar', seed: death });
      expect(data).toMatchObject([{ cache: 'miss' }]);
    }
  });

  it('ends everything with a message and exit code 1, when it is the edge', async () => {
    const wrangler = (await processesOf(stack.pid)).find((line) => line.includes('wrangler-dist'));
    process.kill(Number(wrangler?.split(' ')[0]), 'SIGKILL');
    await stack.waitForLog(/The edge died \(signal SIGKILL\).*Everything is stopped/u);
    expect(await stack.stop()).toBe(1);
    expect(await processesOf(stack.pid)).toEqual([]);
  });
});

async function allObjects(s3: ReturnType<typeof s3VariablesOf>): Promise<Buffer[]> {
  const client = new S3Client({
    endpoint: s3.S3_ENDPOINT,
    region: s3.S3_REGION,
    credentials: { accessKeyId: s3.S3_ACCESS_KEY_ID, secretAccessKey: s3.S3_SECRET_ACCESS_KEY },
    forcePathStyle: true,
  });
  const Bucket = s3.S3_BUCKET;
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
  return Promise.all(
    Contents.map(async ({ Key }) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    }),
  );
}
