import { z } from 'zod';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { type GenerateResult, generateResultSchema } from '../../gpu-backend/contract/generate.ts';
import { type SigningKey, signRequest } from '../../gpu-backend/contract/signature.ts';
import type { Backend, BackendRequest, GeneratedPicture, Generation } from './backend.ts';

/** Ten pictures of the full-size model on two CPU threads behind a full queue take about half of this. */
const BACKEND_TIMEOUT_MS = 60_000;
/** What a backend may ask a client to wait at most, seconds: an hour is an outage, not a queue. */
const MAX_RETRY_AFTER_S = 3_600;

export interface HttpBackendOptions {
  readonly url: URL;
  readonly signingKey: SigningKey;
  readonly fetcher: typeof fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The backend over HTTP: signed JSON there, multipart form data back. @see ../../gpu-backend/contract/generate.ts */
export function createHttpBackend({ url, signingKey, fetcher, now }: HttpBackendOptions): Backend {
  const endpoint = new URL('/v1/generate', url);

  async function send({ traceparent, ...request }: BackendRequest): Promise<Response> {
    const body = new Uint8Array(new TextEncoder().encode(JSON.stringify(request)));
    const signature = await signRequest({ method: 'POST', path: endpoint.pathname, body }, signingKey, {
      timestamp: Math.floor(now() / 1000),
      nonce: crypto.randomUUID(),
    });
    return fetcher(endpoint, {
      method: 'POST',
      headers: { ...signature, 'content-type': 'application/json', ...(traceparent && { traceparent }) },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(BACKEND_TIMEOUT_MS),
    });
  }

  return {
    async generate(request) {
      try {
        const response = await send(request);
        if (response.status !== 200) throw await refusal(response);
        return await readGeneration(response);
      } catch (cause) {
        throw cause instanceof ApiError ? cause : new ApiError('backend_unavailable', { cause });
      }
    },
  };
}

/**
 * Whatever the backend says to the edge, the client hears that generation is not available; but that a picture may not
 * be shown, which no other backend would see differently.
 */
async function refusal(response: Response): Promise<ApiError> {
  if (response.status === 400 && (await codeOf(response)) === 'content_moderated') {
    return new ApiError('content_moderated');
  }
  if (!response.bodyUsed) await response.body?.cancel();
  const seconds = response.headers.get('retry-after') ?? '';
  return new ApiError('backend_unavailable', {
    cause: new Error(`backend answered with status ${response.status}`),
    ...(/^\d{1,6}$/u.test(seconds) && { retryAfterS: Math.min(Number(seconds), MAX_RETRY_AFTER_S) }),
  });
}

const errorSchema = z.object({ error: z.object({ code: z.string() }) });

async function codeOf(response: Response): Promise<string | undefined> {
  const body: unknown = await response.json().catch(() => undefined);
  return errorSchema.safeParse(body).data?.error.code;
}

async function readGeneration(response: Response): Promise<Generation> {
  const form = await response.formData();
  const { images, timings } = await readResult(form.get('result'));
  const pictures = images.map(async ({ fingerprint, seed, etag }): Promise<GeneratedPicture> => {
    const part: unknown = form.get(fingerprint);
    if (!(part instanceof Blob) || part.size === 0) throw new Error('backend left out a picture');
    if (etag === null) throw new Error('backend answered before it had stored the picture');
    return { fingerprint, seed, etag, bytes: new Uint8Array(await part.arrayBuffer()) };
  });
  return { pictures: await Promise.all(pictures), timings };
}

async function readResult(part: unknown): Promise<GenerateResult> {
  // A part with a content type of its own comes as a file in some senders' form data.
  const text = part instanceof Blob ? await part.text() : part;
  if (typeof text !== 'string') throw new Error('backend left out the result');
  return generateResultSchema.parse(JSON.parse(text));
}
