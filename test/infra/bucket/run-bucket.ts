import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../infra/bucket/main.ts', import.meta.url));

export interface BucketService {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** `npm run infra:bucket` on a service's bucket. */
export function runBucket(
  { endpoint, accessKeyId, secretAccessKey }: BucketService,
  bucket: string,
  ...options: string[]
): Promise<{ code: number; out: string; error: string }> {
  const args = [MAIN, '--endpoint', endpoint, '--bucket', bucket, ...options];
  const env = {
    PATH: process.env.PATH,
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
  };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { env }, (_, out, error) =>
      resolve({ code: child.exitCode ?? -1, out, error }),
    );
  });
}
