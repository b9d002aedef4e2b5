import { z } from 'zod';
import { composeResultSchema } from '../../gpu-backend/contract/compose.ts';
import { ApiError, type ErrorCode } from '../../gpu-backend/contract/errors.ts';
import { type GenerateResult, generateResultSchema } from '../../gpu-backend/contract/generate.ts';
import { scoreResultSchema } from '../../gpu-backend/contract/scores.ts';
import { type SigningKey, signRequest } from '../../gpu-backend/contract/signature.ts';
import { BackendFailure, type FailureKind } from '../backends/backend-failure.ts';
import type { Backend, BackendRequest, GeneratedPicture, Generation } from './backend.ts';
import type { Scorer } from './scorer.ts';

/** What a backend may ask a client to wait at most, seconds: an hour is an outage, not a queue. */
const MAX_RETRY_AFTER_S = 3_600;

export interface HttpBackendOptions {
  readonly url: URL;
  readonly signingKey: SigningKey;
  readonly fetcher: typeof fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** One backend over HTTP: signed JSON there, multipart form data or JSON back. @see ../../gpu-backend/contract/generate.ts, compose.ts, scores.ts */
export function createHttpBackend({ url, signingKey, fetcher, now }: HttpBackendOptions): Backend & Scorer {
  async function post(
    path: string,
    json: object,
    headers: Record<string, string>,
    abort?: AbortSignal,
  ): Promise<Response> {
    const endpoint = new URL(path, url);
    const body = new Uint8Array(new TextEncoder().encode(JSON.stringify(json)));
    const signature = await signRequest({ method: 'POST', path: endpoint.pathname, body }, signingKey, {
      timestamp: Math.floor(now() / 1000),
      nonce: crypto.randomUUID(),
    });
    return fetcher(endpoint, {
      method: 'POST',
      headers: { ...signature, 'content-type': 'application/json', ...headers },
      body,
      redirect: 'manual',
      ...(abort && { signal: abort }),
    });
  }

  async function ask<T>(sending: Promise<Response>, read: (response: Response) => Promise<T>): Promise<T> {
    const response = await sending.catch((cause: unknown) => {
      throw new BackendFailure('unreachable', { cause });
    });
    if (response.status !== 200) throw await refusal(response);
    return read(response).catch((cause: unknown) => {
      throw new BackendFailure('broken', { cause });
    });
  }

  /** What does not arrive is no harm: then the picture is made. */
  async function withdraw(ticket: string): Promise<void> {
    const response = await post('/v1/withdraw', { ticket }, {}).catch(() => undefined);
    await response?.body?.cancel();
  }

  async function send({ traceparent, withdrawn, ...request }: BackendRequest, abort?: AbortSignal) {
    if (!withdrawn) return post('/v1/generate', request, headersOf(traceparent), abort);
    const ticket = crypto.randomUUID();
    const callOff = (): void => void withdraw(ticket);
    withdrawn.addEventListener('abort', callOff, { once: true });
    try {
      return await post('/v1/generate', { ...request, ticket }, headersOf(traceparent), abort);
    } finally {
      withdrawn.removeEventListener('abort', callOff);
    }
  }

  return {
    async generate(request, abort) {
      if (request.withdrawn?.aborted) throw new ApiError('superseded');
      return ask(send(request, abort), readGeneration);
    },
    compose: ({ traceparent, ...request }, abort) =>
      ask(post('/v1/compose', request, headersOf(traceparent), abort), async (response) =>
        composeResultSchema.parse(await response.json()),
      ),
    score: (request, abort) =>
      ask(post('/v1/scores', request, {}, abort), async (response) => {
        const { judge, scores } = scoreResultSchema.parse(await response.json());
        if (judge !== (request.judge ?? 'clip')) throw new Error(`backend answered with scores of ${judge}`);
        if (scores.length !== request.candidates.length) throw new Error('backend left out a score');
        return scores;
      }),
  };
}

function headersOf(traceparent: string | undefined): Record<string, string> {
  return traceparent === undefined ? {} : { traceparent };
}

/** Statuses of what is no backend of this model: keys of another deployment, another path or model, a lost proxy. */
const NOT_OURS: readonly number[] = [401, 404, 409, 502];

/** The backend says when to come again; a proxy that has nobody behind it does not. */
function kindOf({ status, headers }: Response): FailureKind {
  if (status === 429) return 'busy';
  if (status === 503) return headers.has('retry-after') ? 'busy' : 'unreachable';
  return NOT_OURS.includes(status) ? 'unreachable' : 'broken';
}

/** By status, what the backend says of the picture itself, which no other backend would see differently. */
const OF_THE_PICTURE: Readonly<Record<number, ErrorCode>> = { 400: 'content_moderated', 409: 'superseded' };

/** Whatever else the backend says to the edge, the client hears that generation is not available. */
async function refusal(response: Response): Promise<ApiError> {
  const code = OF_THE_PICTURE[response.status];
  if (code && (await codeOf(response)) === code) return new ApiError(code);
  if (!response.bodyUsed) await response.body?.cancel();
  const seconds = response.headers.get('retry-after') ?? '';
  return new BackendFailure(kindOf(response), {
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
  const pictures = images.map(async ({ fingerprint, seed, etag, hashes }): Promise<GeneratedPicture> => {
    const part: unknown = form.get(fingerprint);
    if (!(part instanceof Blob) || part.size === 0) throw new Error('backend left out a picture');
    if (etag === null) throw new Error('backend answered before it had stored the picture');
    return { fingerprint, seed, etag, hashes, bytes: new Uint8Array(await part.arrayBuffer()) };
  });
  return { pictures: await Promise.all(pictures), timings };
}

async function readResult(part: unknown): Promise<GenerateResult> {
  // A part with a content type of its own comes as a file in some senders' form data.
  const text = part instanceof Blob ? await part.text() : part;
  if (typeof text !== 'string') throw new Error('backend left out the result');
  return generateResultSchema.parse(JSON.parse(text));
}
