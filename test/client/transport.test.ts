import { describe, expect, it } from 'vitest';
import { createGalip } from '../../edge/client/create-galip.ts';
import * as errors from '../../edge/client/errors.ts';
import { ERROR_CODES, type ErrorCode } from '../../gpu-backend/contract/errors.ts';
import { type Answer, fail, json, startApiServer } from './api-server.ts';

const API_KEY = 'glp_test_key';
const IMAGES = { created: 0, data: [], usage: { units: 0, remaining: null } };

async function serve(answer: Answer) {
  const server = await startApiServer(answer);
  return { server, galip: createGalip({ baseUrl: server.origin, apiKey: API_KEY }) };
}

function errorOf(promise: Promise<unknown>): Promise<errors.GalipError> {
  return promise.then(
    () => expect.fail('it succeeded'),
    (error) => error,
  );
}

describe('errors', () => {
  it.each(Object.keys(ERROR_CODES) as ErrorCode[])('%s has a class, and all that was said', async (code) => {
    const { status, message } = ERROR_CODES[code];
    const { server, galip } = await serve((response) =>
      json(
        response,
        status,
        { error: { message, type: 'x', code, param: 'seeds[2]' } },
        { 'retry-after': '7', 'x-request-id': 'r-1' },
      ),
    );
    await using _ = server;
    const error = await errorOf(galip.images.create({ prompt: 'a' }, { retries: 0 }));
    expect(error).toBeInstanceOf(errors.GalipError);
    expect(error.name).not.toBe('GalipError');
    expect(error).toMatchObject({
      message,
      code,
      status,
      param: 'seeds[2]',
      retryAfterS: 7,
      requestId: 'r-1',
    });
  });

  it.each([
    [404, errors.NotFoundError],
    [418, errors.GalipError],
    [502, errors.ServerError],
  ])('%i with a page that is not of the API is told by its status', async (status, Class) => {
    const { server, galip } = await serve((response) => response.writeHead(status).end('<h1>proxy</h1>'));
    await using _ = server;
    const error = await errorOf(galip.images.create({ prompt: 'a' }, { retries: 0 }));
    expect(error.constructor).toBe(Class);
    expect(error).toMatchObject({ status, code: undefined });
  });
});

describe('retries', () => {
  it.each(['backend_unavailable', 'internal_error', 'rate_limited', 'request_in_progress'] as const)(
    'sends a POST again after %s, under the same Idempotency-Key',
    async (code) => {
      const { server, galip } = await serve((response, _, at) =>
        at < 2 ? fail(response, code) : json(response, 200, IMAGES),
      );
      await using _ = server;
      expect(await galip.images.create({ prompt: 'a red apple', seed: 'random' })).toEqual(IMAGES);
      expect(server.heard).toHaveLength(3);
      const [first] = server.heard;
      expect(first?.headers['idempotency-key']).toMatch(/^[\w-]{36}$/u);
      expect(first?.headers.authorization).toBe(`Bearer ${API_KEY}`);
      for (const { body, headers } of server.heard) {
        expect(JSON.parse(body)).toEqual({ prompt: 'a red apple', seed: 'random' });
        expect(headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
      }
    },
  );

  it('names each call anew, and as the caller says', async () => {
    const { server, galip } = await serve((response) => json(response, 200, IMAGES));
    await using _ = server;
    await galip.images.create({ prompt: 'a' });
    await galip.images.create({ prompt: 'a' });
    await galip.images.create({ prompt: 'a' }, { idempotencyKey: 'order-7' });
    const keys = server.heard.map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(3);
    expect(keys[2]).toBe('order-7');
  });

  it.each([
    'budget_exceeded',
    'insufficient_credits',
    'invalid_request',
    'invalid_api_key',
    'conflict',
  ] as const)('does not repeat %s', async (code) => {
    const { server, galip } = await serve((response) => fail(response, code));
    await using _ = server;
    expect(await errorOf(galip.images.create({ prompt: 'a' }))).toMatchObject({ code });
    expect(server.heard).toHaveLength(1);
  });

  it('waits as long as Retry-After says', async () => {
    const at: number[] = [];
    const { server, galip } = await serve((response) => {
      at.push(performance.now());
      if (at.length === 1) fail(response, 'rate_limited', { 'retry-after': '1' });
      else json(response, 200, { data: [] });
    });
    await using _ = server;
    await galip.models();
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(999);
  });

  it('does not keep anyone waiting for minutes: the error says how long', async () => {
    const { server, galip } = await serve((response) =>
      fail(response, 'rate_limited', { 'retry-after': '61' }),
    );
    await using _ = server;
    expect(await errorOf(galip.models())).toMatchObject({ retryAfterS: 61 });
    expect(server.heard).toHaveLength(1);
  });

  it('ends after as many tries as are allowed', async () => {
    const { server, galip } = await serve((response) => fail(response, 'service_unavailable'));
    await using _ = server;
    expect(await errorOf(galip.models({ retries: 1 }))).toBeInstanceOf(errors.ServerError);
    expect(server.heard).toHaveLength(2);
  });

  it('asks again after a connection that broke off within the answer', async () => {
    const { server, galip } = await serve((response, _, at) => {
      if (at > 0) return json(response, 200, IMAGES);
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"created"', () => response.destroy());
    });
    await using _ = server;
    expect(await galip.images.create({ prompt: 'a' })).toEqual(IMAGES);
    expect(server.heard).toHaveLength(2);
  });
});

describe('ends', () => {
  it('a try that takes too long, and says so', async () => {
    const { server, galip } = await serve(() => undefined);
    await using _ = server;
    const error = await errorOf(galip.models({ timeoutMs: 50, retries: 1 }));
    expect(error).toBeInstanceOf(errors.ConnectionError);
    expect(error.message).toBe(`${server.origin} did not answer within 50 ms`);
    expect(server.heard).toHaveLength(2);
  });

  it('when its caller aborts, with his reason, within a request and between two', async () => {
    const never: Answer = () => undefined;
    const refuse: Answer = (response) => fail(response, 'backend_unavailable');
    for (const answer of [never, refuse]) {
      const abort = new AbortController();
      const { server, galip } = await serve((...given) => {
        answer(...given);
        setImmediate(() => abort.abort(new RangeError('enough')));
      });
      await using _ = server;
      await expect(galip.models({ signal: abort.signal })).rejects.toThrow(new RangeError('enough'));
      expect(server.heard).toHaveLength(1);
    }
  });

  it('where nobody listens', async () => {
    const galip = createGalip({ baseUrl: 'http://127.0.0.1:9', retries: 0 });
    expect(await errorOf(galip.models())).toBeInstanceOf(errors.ConnectionError);
  });
});

it('sends the key to its own origin alone', async () => {
  await using other = await startApiServer((response) => response.end('bytes'));
  const { server, galip } = await serve((response) => response.end('bytes'));
  await using _ = server;
  for (const { origin, heard } of [other, server]) {
    const bytes = await galip.images.bytes({ url: `${origin}/p/x.png` });
    expect(new TextDecoder().decode(bytes)).toBe('bytes');
    expect(heard[0]?.headers.authorization).toBe(origin === server.origin ? `Bearer ${API_KEY}` : undefined);
  }
});

it('refuses what is no origin', () => {
  for (const baseUrl of ['', 'galip.example', 'https://galip.example/v1', 'ftp://galip.example']) {
    expect(() => createGalip({ baseUrl }), baseUrl).toThrow(TypeError);
  }
});
