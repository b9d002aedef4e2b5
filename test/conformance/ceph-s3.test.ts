import { describe, expect, it, onTestFinished } from 'vitest';
import { createS3Store } from '../../gpu-backend/storage/s3-store.ts';
import { startDevStack } from '../fixtures/dev-stack.ts';
import { objectStoreConformance } from './object-store.ts';

const {
  TEST_S3_ENDPOINT = '',
  TEST_S3_BUCKET = '',
  TEST_S3_ACCESS_KEY_ID = '',
  TEST_S3_SECRET_ACCESS_KEY = '',
} = process.env;

const options = {
  endpoint: TEST_S3_ENDPOINT,
  bucket: TEST_S3_BUCKET,
  region: 'auto',
  accessKeyId: TEST_S3_ACCESS_KEY_ID,
  secretAccessKey: TEST_S3_SECRET_ACCESS_KEY,
};

describe.skipIf(TEST_S3_ENDPOINT === '')('a real S3 server (by `npm run test:s3`, which starts one)', () => {
  objectStoreConformance('Ceph RADOS gateway', () => createS3Store(options), {
    withWrongSecret: () => createS3Store({ ...options, secretAccessKey: 'not the secret' }),
    // Port 9 (discard) of the machine: nothing listens.
    withUnreachableEndpoint: () => createS3Store({ ...options, endpoint: 'http://127.0.0.1:9' }),
  });

  it('keeps the pictures of the whole stack', async () => {
    const stack = await startDevStack({
      env: {
        S3_ENDPOINT: options.endpoint,
        S3_BUCKET: options.bucket,
        S3_ACCESS_KEY_ID: options.accessKeyId,
        S3_SECRET_ACCESS_KEY: options.secretAccessKey,
      },
    });
    onTestFinished(async () => {
      await stack.stop();
    });
    const answer = await fetch(`${stack.url}/v1/images/generations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stack.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'a red apple' }),
    });
    expect(answer.status).toBe(200);
    const { data } = (await answer.json()) as { data: [{ url: string }] };
    const picture = await fetch(data[0].url);
    expect(picture.status).toBe(200);
    const stored = await createS3Store(options).get(new URL(data[0].url).pathname.slice(1));
    expect(Buffer.from(await picture.arrayBuffer()).equals(stored?.bytes ?? Buffer.alloc(0))).toBe(true);
  });
});
