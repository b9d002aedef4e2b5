import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { type ScoreRequest, scoreResultSchema } from '../../gpu-backend/contract/scores.ts';
import { type SigningKey, signRequest } from '../../gpu-backend/contract/signature.ts';
import type { Scorer } from './scorer.ts';

/** Of one backend: sixteen pictures of the full-size model on two CPU threads take half of it. */
const LIMIT_MS = 30_000;

export interface HttpScorerOptions {
  /** Of the backends, in order of preference. */
  readonly urls: readonly URL[];
  readonly signingKey: SigningKey;
  readonly fetcher: typeof fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The backends' `POST /v1/scores`: the first that answers. */
export function createHttpScorer({ urls, signingKey, fetcher, now }: HttpScorerOptions): Scorer {
  async function ask(url: URL, request: ScoreRequest): Promise<readonly number[]> {
    const endpoint = new URL('/v1/scores', url);
    const body = new Uint8Array(new TextEncoder().encode(JSON.stringify(request)));
    const signature = await signRequest({ method: 'POST', path: endpoint.pathname, body }, signingKey, {
      timestamp: Math.floor(now() / 1000),
      nonce: crypto.randomUUID(),
    });
    const response = await fetcher(endpoint, {
      method: 'POST',
      headers: { ...signature, 'content-type': 'application/json' },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`${url.host} answered with status ${response.status}`);
    }
    const { scores } = scoreResultSchema.parse(await response.json());
    if (scores.length !== request.candidates.length) throw new Error(`${url.host} left out a score`);
    return scores;
  }

  return {
    async score(request) {
      const causes: string[] = [];
      for (const url of urls) {
        try {
          return await ask(url, request);
        } catch (error) {
          causes.push((error as Error).message);
        }
      }
      throw new ApiError('backend_unavailable', {
        message: 'Pictures cannot be scored at the moment; nothing was charged.',
        cause: new Error(causes.join('; ')),
      });
    },
  };
}
