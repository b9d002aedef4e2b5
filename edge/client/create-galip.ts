import { type Account, createAccount } from './account.ts';
import { type Admin, createAdmin } from './admin.ts';
import { type Compositions, createCompositions, type Grid, type Interpolation } from './compositions.ts';
import { createTransport } from './http/transport.ts';
import { createImages, type Images } from './images.ts';
import { createJobs, type Jobs } from './jobs/jobs.ts';
import { createLive, type Live, type LiveOptions } from './live/live.ts';
import { createUrlSigner, type UrlSigner } from './url-signer.ts';
import { createWebhooks, type Webhooks } from './webhooks.ts';

/** A try takes at most the time that the service gives a request. */
const TIMEOUT_MS = 60_000;
const RETRIES = 3;

export interface GalipOptions {
  /** Where the service is: `https://galip.example`. */
  readonly baseUrl: string;
  /** An API key, glp_…; it is sent to `baseUrl` alone. */
  readonly apiKey?: string;
  /** Milliseconds for each try; 60,000 unless given. */
  readonly timeoutMs?: number;
  /** Tries after the first, of what may be repeated; 3 unless given. */
  readonly retries?: number;
  /** Instead of the platform's own, as a Worker's service binding: `(url, init) => env.GALIP.fetch(url, init)`. */
  readonly fetch?: typeof fetch;
}

/** The API of a galip-edge service. */
export interface Galip extends Account {
  readonly images: Images;
  readonly jobs: Jobs;
  /** From picture to picture, as an animation or a sheet. */
  readonly interpolations: Compositions<Interpolation>;
  /** Sheets of pictures that differ in two ways. */
  readonly grids: Compositions<Grid>;
  readonly webhooks: Webhooks;
  readonly admin: Admin;
  /** Prompt as you type, over a WebSocket. @throws TypeError where the platform has none. */
  live(options?: LiveOptions): Live;
  /** Asks for the key's signing secret once; what it gives signs without asking. */
  urlSigner(): Promise<UrlSigner>;
}

/** @throws TypeError where `baseUrl` is no origin. */
export function createGalip(options: GalipOptions): Galip {
  const { baseUrl, apiKey, timeoutMs = TIMEOUT_MS, retries = RETRIES, fetch: fetcher = fetch } = options;
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url?.pathname !== '/' || url.search || url.hash || !/^https?:$/u.test(url.protocol)) {
    throw new TypeError(
      `baseUrl is ${JSON.stringify(baseUrl)}; it must be an origin, as https://galip.example`,
    );
  }
  const { origin } = url;
  // Bound: a platform's fetch called as another object's method refuses.
  const transport = createTransport({
    origin,
    apiKey,
    timeoutMs,
    retries,
    fetcher: (...given) => fetcher(...given),
  });
  const account = createAccount(transport);
  return {
    ...account,
    images: createImages(transport),
    jobs: createJobs(transport),
    interpolations: createCompositions(transport, '/v1/interpolations'),
    grids: createCompositions(transport, '/v1/grids'),
    webhooks: createWebhooks(transport),
    admin: createAdmin(transport),
    live: (given) => createLive({ timeoutMs, ...given, origin, apiKey }),
    async urlSigner() {
      const { key_id: keyId, secret } = await account.urlSigningSecret();
      return createUrlSigner({ baseUrl: origin, keyId, secret });
    },
  };
}
