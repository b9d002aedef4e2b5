import { parseSigningKeys } from '../../gpu-backend/contract/signature.ts';
import { HOST } from './ports.ts';
import { assertServiceUrl } from './service-url.ts';
import { StartError } from './start-error.ts';

/** An S3 bucket and the credentials for it. */
export interface S3Variables {
  readonly S3_ENDPOINT: string;
  readonly S3_BUCKET: string;
  readonly S3_REGION: string;
  readonly S3_ACCESS_KEY_ID: string;
  readonly S3_SECRET_ACCESS_KEY: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const REQUIRED_S3 = ['S3_ENDPOINT', 'S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const;

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/u;

/**
 * The object store that the environment names; else wrangler's own S3 endpoint on the edge's port (wrangler.toml,
 * [env.local], has its bucket and credentials).
 * @throws StartError when only some of the variables are set, or one is nothing that the Worker takes.
 */
export function s3VariablesOf(environment: Environment, edgePort: number): S3Variables {
  const missing = REQUIRED_S3.filter((name) => !environment[name]);
  if (missing.length === REQUIRED_S3.length) {
    return {
      S3_ENDPOINT: `http://${HOST}:${edgePort}/cdn-cgi/local/r2/s3`,
      S3_BUCKET: 'galip-images',
      S3_REGION: 'auto',
      S3_ACCESS_KEY_ID: 'galip-local',
      S3_SECRET_ACCESS_KEY: 'galip-local-secret',
    };
  }
  if (missing.length > 0) {
    throw new StartError(
      `An S3 store is set in the environment, but not ${missing.join(', ')}. Set all or none.`,
    );
  }
  const value = (name: string) => environment[name] ?? '';
  assertServiceUrl('S3_ENDPOINT', value('S3_ENDPOINT'), 'endpoint');
  if (!BUCKET.test(value('S3_BUCKET'))) {
    throw new StartError(
      `S3_BUCKET is ${JSON.stringify(value('S3_BUCKET'))}: it must be the name of a bucket, 3 to 63 of a to z, 0 to 9, dots and dashes.`,
    );
  }
  return {
    S3_ENDPOINT: value('S3_ENDPOINT'),
    S3_BUCKET: value('S3_BUCKET'),
    S3_REGION: environment.S3_REGION || 'auto',
    S3_ACCESS_KEY_ID: value('S3_ACCESS_KEY_ID'),
    S3_SECRET_ACCESS_KEY: value('S3_SECRET_ACCESS_KEY'),
  };
}

/**
 * URL of a backend that runs elsewhere, or several between commas, or undefined: then one is started here.
 * @throws StartError when one is no origin or stands there twice, or their signing keys are not given along.
 */
export function remoteBackendOf({ BACKEND_URL, SIGNING_KEYS }: Environment): string | undefined {
  if (!BACKEND_URL) return undefined;
  const urls = BACKEND_URL.split(',').map((url) => url.trim());
  for (const url of urls) assertServiceUrl('BACKEND_URL', url, 'origin');
  if (new Set(urls.map((url) => new URL(url).href)).size < urls.length) {
    throw new StartError('BACKEND_URL must not name a backend twice.');
  }
  if (!SIGNING_KEYS) {
    throw new StartError('BACKEND_URL is set, but not SIGNING_KEYS: give the keys which that backend knows.');
  }
  return BACKEND_URL;
}

/**
 * The signing keys that the environment names, or undefined.
 * @throws StartError when they are none; it never repeats them.
 */
export function signingKeysOf({ SIGNING_KEYS }: Environment): string | undefined {
  if (!SIGNING_KEYS) return undefined;
  try {
    parseSigningKeys(SIGNING_KEYS);
  } catch (cause) {
    throw new StartError(`SIGNING_KEYS cannot be used: ${(cause as TypeError).message}.`, { cause });
  }
  return SIGNING_KEYS;
}

/**
 * Origin of picture URLs, or undefined: that of the request.
 * @throws StartError when it is no origin.
 */
export function publicUrlOf({ PUBLIC_URL }: Environment): string | undefined {
  if (!PUBLIC_URL) return undefined;
  assertServiceUrl('PUBLIC_URL', PUBLIC_URL, 'origin');
  return PUBLIC_URL;
}
