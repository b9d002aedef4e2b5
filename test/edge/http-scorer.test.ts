import { describe, expect, it } from 'vitest';
import { createHttpScorer } from '../../edge/adapters/http-scorer.ts';
import { verifyRequest } from '../../gpu-backend/contract/signature.ts';
import { NOW_MS } from './fakes/test-edge.ts';

const KEY = { id: 'k1', secret: 's'.repeat(32) };
const REQUEST = { model: 'd'.repeat(64), prompt: 'cat', candidates: [{ seed: 1 }, { seed: 2 }] };

type Answer = (request: Request) => Promise<Response> | Response;

/** Two backends, one behind the other. */
function scorerThat(...answers: readonly Answer[]) {
  const asked: string[] = [];
  const scorer = createHttpScorer({
    urls: [new URL('http://gpu.example'), new URL('http://cpu.example')],
    signingKey: KEY,
    fetcher: async (input, init) => {
      const request = new Request(input, init);
      asked.push(request.url);
      return answers[asked.length - 1]?.(request) ?? Response.error();
    },
    now: () => NOW_MS,
  });
  return { scorer, asked };
}

const good = () => Response.json({ scores: [0.25, -0.5] });

describe('the scorer over HTTP', () => {
  it('asks the first backend, signed', async () => {
    const { scorer, asked } = scorerThat(async (request) => {
      const body = new Uint8Array(await request.arrayBuffer());
      const problem = await verifyRequest({ method: 'POST', path: '/v1/scores', body }, request.headers, {
        keys: [KEY],
        now: NOW_MS / 1000,
        rememberNonce: () => true,
      });
      expect(problem).toBeUndefined();
      expect(JSON.parse(new TextDecoder().decode(body))).toEqual(REQUEST);
      return good();
    });
    expect(await scorer.score(REQUEST)).toEqual([0.25, -0.5]);
    expect(asked).toEqual(['http://gpu.example/v1/scores']);
  });

  it.each<[string, Answer]>([
    ['is busy', () => new Response('', { status: 503 })],
    ['cannot be reached', () => Promise.reject(new TypeError('no route'))],
    ['answers something else', () => Response.json({ scores: ['high', 'low'] })],
    ['leaves out a score', () => Response.json({ scores: [0.5] })],
  ])('asks the next where one %s, and says so where none is left', async (_, bad) => {
    const { scorer, asked } = scorerThat(bad, good);
    expect(await scorer.score(REQUEST)).toEqual([0.25, -0.5]);
    expect(asked).toHaveLength(2);
    await expect(scorerThat(bad, bad).scorer.score(REQUEST)).rejects.toMatchObject({
      code: 'backend_unavailable',
      status: 503,
      message: 'Pictures cannot be scored at the moment; nothing was charged.',
    });
  });
});
