import {
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ObjectInfo, ObjectStore } from './object-store.ts';
import { isMissing, statusOf, storageUnavailable } from './s3-error.ts';

/** Bound of one operation with all its attempts, ms: a picture's put takes tens of milliseconds when all is well. */
const OPERATION_LIMIT_MS = 10_000;
/** Bound of opening a connection, ms: longer than that, the endpoint is not there. */
const CONNECT_LIMIT_MS = 2_000;
/** Attempts of the SDK at one call, for dropped connections, throttling and 5xx. */
const CALL_ATTEMPTS = 3;
/** Attempts at a conditional put that keeps meeting a concurrent one (409) or an object that is gone again (404). */
const RACE_ATTEMPTS = 5;

export interface S3StoreOptions {
  /** As `https://s3.example.com`; a path prefix is kept. */
  readonly endpoint: string;
  readonly bucket: string;
  /** `auto` for R2. */
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * Objects in a bucket of any service that speaks S3 and honours `If-None-Match: *` on PutObject (AWS, R2, Ceph ≥ 16).
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function createS3Store(options: S3StoreOptions): ObjectStore {
  const { bucket: Bucket, endpoint, region, accessKeyId, secretAccessKey } = options;
  const client = new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    // Buckets as a path need no wildcard DNS, which local and self-hosted services lack.
    forcePathStyle: true,
    maxAttempts: CALL_ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_LIMIT_MS },
  });
  const limit = () => ({ abortSignal: AbortSignal.timeout(OPERATION_LIMIT_MS) });

  const head = async (key: string): Promise<ObjectInfo | undefined> => {
    try {
      return infoOf(await client.send(new HeadObjectCommand({ Bucket, Key: key }), limit()));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw storageUnavailable('HeadObject', key, error);
    }
  };

  return {
    head,
    async putIfAbsent(key, bytes, { contentType, cacheControl, metadata }) {
      for (let attempt = 1; ; attempt++) {
        try {
          const put = new PutObjectCommand({
            Bucket,
            Key: key,
            Body: bytes,
            ContentType: contentType,
            CacheControl: cacheControl,
            Metadata: metadata,
            IfNoneMatch: '*',
          });
          const { ETag } = await client.send(put, limit());
          return { created: true, etag: ETag ?? '' };
        } catch (error) {
          const status = statusOf(error);
          // 412: the key is taken. Also after the SDK repeated a put whose answer was lost: the bytes are the same then.
          const winner = status === 412 ? await head(key) : undefined;
          if (winner) return { created: false, etag: winner.etag };
          const isRace = status === 409 || status === 412;
          if (!isRace || attempt === RACE_ATTEMPTS) throw storageUnavailable('PutObject', key, error);
        }
      }
    },
    async get(key) {
      try {
        const output = await client.send(new GetObjectCommand({ Bucket, Key: key }), limit());
        const bytes = new Uint8Array(await (output.Body?.transformToByteArray() ?? []));
        return { ...infoOf(output), bytes };
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw storageUnavailable('GetObject', key, error);
      }
    },
  };
}

function infoOf(
  output: Pick<
    HeadObjectCommandOutput,
    'ETag' | 'ContentType' | 'CacheControl' | 'ContentLength' | 'Metadata'
  >,
): ObjectInfo {
  return {
    etag: output.ETag ?? '',
    contentType: output.ContentType ?? '',
    cacheControl: output.CacheControl ?? '',
    sizeBytes: output.ContentLength ?? 0,
    metadata: output.Metadata,
  };
}
