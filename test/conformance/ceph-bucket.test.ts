import { randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  GetBucketPolicyCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, it } from 'vitest';
import { runBucket } from '../infra/bucket/run-bucket.ts';

const {
  TEST_S3_ENDPOINT: endpoint = '',
  TEST_S3_ACCESS_KEY_ID: accessKeyId = '',
  TEST_S3_SECRET_ACCESS_KEY: secretAccessKey = '',
} = process.env;
const service = { endpoint, accessKeyId, secretAccessKey };
const Bucket = `galip-${randomUUID()}`;
/** Ceph 16 has no encryption that a bucket could ask for. */
const SKIP = ['--skip', 'encryption'];

describe.skipIf(endpoint === '')('infra:bucket on Ceph (by `npm run test:s3`, which starts one)', () => {
  let client: S3Client;
  const run = (...options: string[]) => runBucket(service, Bucket, ...options);
  const anonymous = (path: string, init?: RequestInit) => fetch(`${endpoint}/${Bucket}/${path}`, init);

  beforeAll(async () => {
    const credentials = { accessKeyId, secretAccessKey };
    client = new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket }));
  });

  it('only says what it would change', async () => {
    const { code, out } = await run('--dry-run', ...SKIP);
    expect(code).toBe(0);
    expect(out.match(/^\S+: .*$/gmu)).toEqual([
      'lifecycle: would change',
      'cors: would change',
      'public-access: would change',
      'policy: would change',
    ]);
    await expect(client.send(new GetBucketPolicyCommand({ Bucket }))).rejects.toMatchObject({
      name: 'NoSuchBucketPolicy',
    });
  });

  it('makes all that the service takes, and names the rest', async () => {
    const { code, out } = await run();
    expect(code).toBe(1);
    expect(out.match(/^\S+: .*$/gmu)).toEqual([
      'encryption: refused: the service answers 400 InvalidArgument',
      'lifecycle: changed',
      'cors: changed',
      'public-access: changed',
      'policy: changed',
    ]);
  });

  it('changes nothing a second time', async () => {
    const { code, out } = await run(...SKIP);
    expect({ code, out }).toEqual({
      code: 0,
      out: 'lifecycle: unchanged\ncors: unchanged\npublic-access: unchanged\npolicy: unchanged\n',
    });
  });

  it('takes back what somebody else has changed, and shows it', async () => {
    const CORSRules = [{ AllowedMethods: ['PUT'], AllowedOrigins: ['https://evil.example'] }];
    await client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));
    const { code, out } = await run(...SKIP);
    expect(code).toBe(0);
    expect(out).toContain('cors: changed');
    expect(out).toMatch(/^ {2}- .*"https:\/\/evil\.example"$/mu);
    expect(out).toMatch(/^ {2}\+ .*"HEAD"/mu);
    expect((await run(...SKIP)).out).toContain('cors: unchanged');
  });

  it('lets anybody read public pictures, and neither list, nor write, nor read private ones', async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: 'i/a.webp', Body: 'public' }));
    await client.send(new PutObjectCommand({ Bucket, Key: 'p/acme/a.webp', Body: 'private' }));
    const picture = await anonymous('i/a.webp', { headers: { origin: 'https://app.example' } });
    expect(await picture.text()).toBe('public');
    expect(picture.headers.get('access-control-allow-origin')).toBe('*');
    expect((await anonymous('p/acme/a.webp')).status).toBe(403);
    expect((await anonymous('')).status).toBe(403);
    expect((await anonymous('i/b.webp', { method: 'PUT', body: 'x' })).status).toBe(403);
    expect((await anonymous('i/a.webp', { method: 'DELETE' })).status).toBe(403);
  });

  it('keeps a private picture private that is stored with a public ACL', async () => {
    const put = { Bucket, Key: 'p/acme/b.webp', Body: 'private', ACL: 'public-read' } as const;
    await client.send(new PutObjectCommand(put));
    expect((await anonymous('p/acme/b.webp')).status).toBe(403);
  });

  it('says that a bucket is not there', async () => {
    const { code, error } = await runBucket(service, 'galip-nowhere');
    expect(error).toMatch(/^The service answers 404 NoSuchBucket/u);
    expect(code).toBe(1);
  });
});
