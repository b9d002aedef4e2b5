import { AwsClient } from 'aws4fetch';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { readPictureHashes } from '../../gpu-backend/contract/picture-hashes.ts';
import type { S3Config } from '../config.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';

/** A whole read of a picture takes milliseconds in the region; beyond this the store is as good as away. */
const S3_TIMEOUT_MS = 10_000;

/**
 * Reads any S3-compatible store, path style, Signature Version 4. The credentials must be allowed to list the bucket:
 * without that S3 answers 403 for what does not exist, which counts as unavailable here.
 */
export function createS3ObjectStore(config: S3Config, fetcher: typeof fetch): ObjectStore {
  const client = new AwsClient({
    accessKeyId: config.accessKeyId,
    secretAccessKey: config.secretAccessKey,
    region: config.region,
    service: 's3',
    retries: 0,
  });
  const bucketUrl = `${config.endpoint.href.replace(/\/$/u, '')}/${config.bucket}`;

  async function request<T>(
    method: 'GET' | 'HEAD',
    key: string,
    read: (response: Response, object: StoredObject) => Promise<T> | T,
  ): Promise<T | undefined> {
    try {
      const signed = await client.sign(`${bucketUrl}/${key}`, { method });
      // Signed requests differ by the second; a cache in between could only keep what is absent by now.
      const response = await fetcher(signed, {
        cache: 'no-store',
        signal: AbortSignal.timeout(S3_TIMEOUT_MS),
      });
      if (response.status === 404) {
        await response.body?.cancel();
        return undefined;
      }
      const etag = response.headers.get('etag');
      const sizeBytes = Number(response.headers.get('content-length') ?? Number.NaN);
      if (response.status !== 200 || !etag?.startsWith('"') || !Number.isSafeInteger(sizeBytes)) {
        await response.body?.cancel();
        throw new Error(`object store answered ${method} with status ${response.status}`);
      }
      const hashes = readPictureHashes((name) => response.headers.get(`x-amz-meta-${name}`));
      return await read(response, { etag, sizeBytes, hashes });
    } catch (cause) {
      throw new ApiError('storage_unavailable', { cause });
    }
  }

  return {
    head: (key) => request('HEAD', key, (_, object) => object),
    get: (key) =>
      request('GET', key, async (response, object) => {
        const bytes = new Uint8Array(await response.arrayBuffer());
        if (bytes.length !== object.sizeBytes) throw new Error('object store sent a truncated object');
        return { ...object, bytes };
      }),
  };
}
