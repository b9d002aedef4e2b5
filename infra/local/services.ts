import { HOST } from './ports.ts';
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

/**
 * The object store that the environment names; else wrangler's own S3 endpoint on the edge's port (wrangler.toml,
 * [env.local], has its bucket and credentials).
 * @throws StartError when only some of the variables are set.
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
  return {
    S3_ENDPOINT: value('S3_ENDPOINT'),
    S3_BUCKET: value('S3_BUCKET'),
    S3_REGION: environment.S3_REGION || 'auto',
    S3_ACCESS_KEY_ID: value('S3_ACCESS_KEY_ID'),
    S3_SECRET_ACCESS_KEY: value('S3_SECRET_ACCESS_KEY'),
  };
}

/**
 * URL of a backend that runs elsewhere, or undefined: then one is started here.
 * @throws StartError when its signing keys are not given along.
 */
export function remoteBackendOf({ BACKEND_URL, SIGNING_KEYS }: Environment): string | undefined {
  if (!BACKEND_URL) return undefined;
  if (!URL.canParse(BACKEND_URL))
    throw new StartError(`BACKEND_URL is ${JSON.stringify(BACKEND_URL)}: no URL.`);
  if (!SIGNING_KEYS) {
    throw new StartError('BACKEND_URL is set, but not SIGNING_KEYS: give the keys which that backend knows.');
  }
  return BACKEND_URL;
}
