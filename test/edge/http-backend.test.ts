import { describe, expect, it } from 'vitest';
import { createHttpBackend } from '../../edge/adapters/http-backend.ts';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { verifyRequest } from '../../gpu-backend/contract/signature.ts';
import { NOW_MS } from './fakes/test-edge.ts';

const KEY = { id: 'k1', secret: 's'.repeat(32) };
const REQUEST = {
  model: 'd'.repeat(64),
  images: [{ prompt: 'cat', seed: 1 }],
  size: 64,
  format: 'png' as const,
  quality: null,
};
const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const FINGERPRINT = 'ab'.repeat(32);
const RESULT = {
  native: 64,
  images: [{ fingerprint: FINGERPRINT, seed: 1, etag: '"e"', created: true }],
  timings: {
    queueMs: 1,
    tokeniseMs: 1,
    textEncoderMs: 1,
    generatorMs: 1,
    encodeMs: 1,
    storeMs: 1,
    totalMs: 6,
  },
};

function backendThat(answer: (request: Request) => Promise<Response> | Response) {
  return createHttpBackend({
    url: new URL('http://backend.example:8080'),
    signingKey: KEY,
    fetcher: async (input, init) => answer(new Request(input, init)),
    now: () => NOW_MS,
  });
}

function formOf(result: string | Blob, pictures: Record<string, Uint8Array<ArrayBuffer>>): Response {
  const form = new FormData();
  if (typeof result === 'string') form.set('result', result);
  else form.set('result', result, 'result.json');
  for (const [name, bytes] of Object.entries(pictures)) form.set(name, new Blob([bytes]), `${name}.png`);
  return new Response(form);
}

async function failureOf(answer: () => Response | Promise<Response>): Promise<ApiError> {
  const error: unknown = await backendThat(answer)
    .generate(REQUEST)
    .then(
      () => 'no error',
      (reason) => reason,
    );
  if (!(error instanceof ApiError)) return expect.fail(`not an ApiError: ${error}`);
  return error;
}

describe('the backend over HTTP', () => {
  it('is asked to drop what nobody wants any more, by the ticket of the request, and told the outcome by that', async () => {
    const wanted = new AbortController();
    const dropped = Promise.withResolvers<void>();
    const tickets: string[] = [];
    const backend = backendThat(async (request) => {
      const { ticket } = await request.json<{ ticket: string }>();
      tickets.push(ticket);
      if (request.url.endsWith('/v1/withdraw')) {
        dropped.resolve();
        return new Response(null, { status: 204 });
      }
      wanted.abort();
      await dropped.promise;
      return new ApiError('superseded').toResponse();
    });
    const generation = backend.generate({ ...REQUEST, withdrawn: wanted.signal });
    await expect(generation).rejects.toMatchObject({ code: 'superseded' });
    expect(tickets).toHaveLength(2);
    expect(tickets[1]).toBe(tickets[0]);
    await expect(backend.generate({ ...REQUEST, withdrawn: wanted.signal })).rejects.toMatchObject({
      code: 'superseded',
    });
    expect(tickets).toHaveLength(2);
  });

  it('gets the request as signed JSON', async () => {
    const seen: Request[] = [];
    await backendThat((request) => {
      seen.push(request);
      return formOf(JSON.stringify(RESULT), { [FINGERPRINT]: new Uint8Array([1]) });
    }).generate({ ...REQUEST, traceparent: TRACEPARENT });
    const [request] = seen;
    if (!request) return expect.fail('nothing was sent');
    expect([request.method, request.url]).toEqual(['POST', 'http://backend.example:8080/v1/generate']);
    expect(request.headers.get('content-type')).toBe('application/json');
    expect(request.headers.get('traceparent')).toBe(TRACEPARENT);
    const body = new Uint8Array(await request.arrayBuffer());
    expect(JSON.parse(new TextDecoder().decode(body))).toEqual(REQUEST);
    const nonces: string[] = [];
    const problem = await verifyRequest({ method: 'POST', path: '/v1/generate', body }, request.headers, {
      keys: [KEY],
      now: NOW_MS / 1000,
      rememberNonce: (nonce) => nonces.push(nonce) === 1,
    });
    expect(problem).toBeUndefined();
  });

  it.each<[string, string | Blob]>([
    ['a field', JSON.stringify(RESULT)],
    ['a file', new Blob([JSON.stringify(RESULT)], { type: 'application/json' })],
  ])('answers pictures and timings, the result sent as %s', async (_, result) => {
    const bytes = crypto.getRandomValues(new Uint8Array(5_000));
    const generation = await backendThat(() => formOf(result, { [FINGERPRINT]: bytes })).generate(REQUEST);
    expect(generation).toEqual({
      pictures: [{ fingerprint: FINGERPRINT, seed: 1, etag: '"e"', bytes }],
      timings: RESULT.timings,
    });
  });

  it.each([400, 401, 404, 409, 429, 500, 502, 503, 504, 302])(
    'is unavailable when it answers %d',
    async (status) => {
      const error = await failureOf(() => new Response('secret inner text', { status }));
      expect(error).toMatchObject({ code: 'backend_unavailable', retryAfterS: 2 });
      expect(String(error.cause)).toContain(`status ${status}`);
      expect(JSON.stringify(error.toBody()) + String(error.cause)).not.toContain('secret');
    },
  );

  it('tells a picture that may not be shown from all other refusals', async () => {
    expect(await failureOf(() => new ApiError('content_moderated').toResponse())).toMatchObject({
      code: 'content_moderated',
      status: 400,
    });
    for (const answer of [
      () => new ApiError('invalid_request').toResponse(),
      () => Response.json(new ApiError('content_moderated').toBody(), { status: 403 }),
    ]) {
      expect(await failureOf(answer)).toMatchObject({ code: 'backend_unavailable' });
    }
  });

  it('is not followed elsewhere with its signature', async () => {
    const urls: string[] = [];
    const elsewhere = createHttpBackend({
      url: new URL('http://backend.example:8080'),
      signingKey: KEY,
      fetcher: async (input, init) => {
        const request = new Request(input, init);
        urls.push(`${request.url} ${request.redirect}`);
        return new Response(null, { status: 307, headers: { location: 'http://elsewhere.example/' } });
      },
      now: () => NOW_MS,
    });
    await expect(elsewhere.generate(REQUEST)).rejects.toMatchObject({ code: 'backend_unavailable' });
    expect(urls).toEqual(['http://backend.example:8080/v1/generate manual']);
  });

  it.each([
    ['9', 9],
    ['0', 0],
    ['86400', 3_600],
    ['soon', 2],
    ['-1', 2],
    ['Mon, 23 Nov 2026 00:00:00 GMT', 2],
  ])('passes Retry-After %j on as %d', async (value, seconds) => {
    const error = await failureOf(
      () => new Response(null, { status: 503, headers: { 'retry-after': value } }),
    );
    expect(error.retryAfterS).toBe(seconds);
  });

  it.each<[string, () => Response | Promise<Response>]>([
    ['it cannot be reached', () => Promise.reject(new TypeError('Network connection lost.'))],
    ['it takes too long', () => Promise.reject(new DOMException('The operation timed out', 'TimeoutError'))],
    ['it answers no form', () => Response.json(RESULT)],
    ['it leaves out the result', () => formOf('', { [FINGERPRINT]: new Uint8Array([1]) })],
    ['its result is no JSON', () => formOf('{', {})],
    ['its result has another form', () => formOf('{"native":64}', {})],
    ['it leaves out a picture', () => formOf(JSON.stringify(RESULT), {})],
    ['a picture is empty', () => formOf(JSON.stringify(RESULT), { [FINGERPRINT]: new Uint8Array() })],
    [
      'it is cut off in the middle of its answer',
      () => {
        const whole = formOf(JSON.stringify(RESULT), { [FINGERPRINT]: new Uint8Array(100_000) });
        const half = whole.body?.pipeThrough(
          new TransformStream<Uint8Array, Uint8Array>({
            transform: (chunk, controller) => {
              controller.enqueue(chunk.slice(0, chunk.length / 2));
              controller.terminate();
            },
          }),
        );
        return new Response(half ?? null, { headers: whole.headers });
      },
    ],
  ])('is unavailable when %s', async (_, answer) => {
    expect(await failureOf(answer)).toMatchObject({ code: 'backend_unavailable', status: 503 });
  });

  describe('asked for scores', () => {
    const SCORED = { model: 'd'.repeat(64), prompt: 'cat', candidates: [{ seed: 1 }, { seed: 2 }] };

    it('gives one a candidate', async () => {
      const asked: string[] = [];
      const backend = backendThat(async (request) => {
        const body = new Uint8Array(await request.arrayBuffer());
        const problem = await verifyRequest({ method: 'POST', path: '/v1/scores', body }, request.headers, {
          keys: [KEY],
          now: NOW_MS / 1000,
          rememberNonce: () => true,
        });
        expect(problem).toBeUndefined();
        asked.push(new TextDecoder().decode(body));
        return Response.json({ scores: [0.25, -0.5] });
      });
      expect(await backend.score(SCORED)).toEqual([0.25, -0.5]);
      expect(asked.map((text) => JSON.parse(text))).toEqual([SCORED]);
    });

    it('gives those of the judge that it was asked for, and no other’s', async () => {
      const request = { ...SCORED, judge: 'independent' } as const;
      const answer = (judge: string) => () => Response.json({ judge, scores: [0.25, -0.5] });
      expect(await backendThat(answer('independent')).score(request)).toEqual([0.25, -0.5]);
      await expect(backendThat(answer('clip')).score(request)).rejects.toMatchObject({
        code: 'backend_unavailable',
      });
    });

    it.each<[string, () => Response | Promise<Response>]>([
      ['it is busy', () => new Response('', { status: 503, headers: { 'retry-after': '3' } })],
      ['it cannot be reached', () => Promise.reject(new TypeError('no route'))],
      ['it answers something else', () => Response.json({ scores: ['high', 'low'] })],
      ['it leaves out a score', () => Response.json({ scores: [0.5] })],
    ])('is unavailable when %s', async (_, answer) => {
      await expect(backendThat(answer).score(SCORED)).rejects.toMatchObject({ code: 'backend_unavailable' });
    });
  });
});
