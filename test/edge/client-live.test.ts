import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createGalip } from '../../edge/client/create-galip.ts';
import {
  AuthenticationError,
  ConnectionError,
  InvalidRequestError,
  RateLimitError,
  SpendingError,
} from '../../edge/client/errors.ts';
import type { Live, LiveOptions } from '../../edge/client/live/live.ts';
import { IDLE_MS, MAX_AGE_MS, MAX_MESSAGES_PER_S } from '../../edge/live/live-limits.ts';
import { createManualClock, type ManualClock } from '../fakes/manual-clock.ts';
import { textOf } from './fakes/memory-backend.ts';
import { tenantLedger } from './fakes/tenant-ledger.ts';
import { createTestEdge, type IssueOptions, issueKey, NOW_MS, type TestEdge } from './fakes/test-edge.ts';

// The client's live sockets within a Worker, by another Worker's `fetch`, as a service binding is.

let clock: ManualClock;
let edge: TestEdge;
let sockets: WebSocket[];
beforeEach(() => {
  clock = createManualClock();
  edge = createTestEdge({ now: () => NOW_MS + clock.now(), after: clock.after });
  sockets = [];
});

async function connect(url: string, protocols: string[]): Promise<WebSocket> {
  const headers = { upgrade: 'websocket', 'sec-websocket-protocol': protocols.join(', ') };
  const { webSocket } = await edge.fetch(new URL(url).pathname, { headers });
  if (!webSocket) throw new Error('no WebSocket');
  webSocket.accept();
  sockets.push(webSocket);
  return webSocket;
}

async function open(options: IssueOptions & LiveOptions = {}): Promise<Live> {
  return createGalip({ baseUrl: edge.origin, apiKey: await issueKey(options) }).live({ connect, ...options });
}

/** The backend holds what it is asked until the function is called. */
function holdBackend(): () => void {
  const held = Promise.withResolvers<void>();
  edge.backend.before = () => held.promise;
  return held.resolve;
}

const asked = (times: number) => vi.waitFor(() => expect(edge.backend.requests).toHaveLength(times));

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('it succeeded'),
    (error: unknown) => error,
  );

describe('galip.live()', () => {
  it('gives pictures with their files, one socket for all', async () => {
    await using live = await open();
    const first = await live.paint({ prompt: 'a red apple', seed: 7, output_format: 'webp' });
    expect(first).toMatchObject({ cache: 'miss', seed: 7, units: 1, remaining: null });
    expect(new TextDecoder().decode(first?.bytes)).toBe(textOf(first?.fingerprint ?? ''));
    expect(first).not.toHaveProperty('type');
    expect(await live.paint({ prompt: 'a red apple', seed: 7, output_format: 'webp' })).toMatchObject({
      cache: 'hit',
      url: first?.url,
    });
    expect(sockets).toHaveLength(1);
  });

  it('makes of fast typing the last alone; who asked before gets undefined', async () => {
    await using live = await open();
    const type = async (text: string) => {
      const prompts = Array.from(text, (_, at) => text.slice(0, at + 1));
      return Promise.all(prompts.map((prompt) => live.paint({ prompt })));
    };
    // Before the socket is open, and then.
    for (const [at, text] of ['a red apple', 'a banana'].entries()) {
      const pictures = await type(text);
      expect(pictures.at(-1)).toMatchObject({ units: 1 });
      expect(pictures.slice(0, -1).filter((picture) => picture)).toEqual([]);
      expect(edge.backend.requests).toHaveLength(at + 1);
    }
    expect(sockets).toHaveLength(1);
  });

  it('throws what the API refuses, by class, and goes on', async () => {
    const tenant = `live-${crypto.randomUUID().slice(0, 8)}`;
    await using live = await open({ tenant, plan: 'prepaid' });
    const wrong = await failureOf(live.paint({ prompt: 'a', size: '7x8' }));
    expect(wrong).toBeInstanceOf(InvalidRequestError);
    expect(wrong).toMatchObject({ code: 'invalid_request', param: 'size' });
    expect(await failureOf(live.paint({ prompt: 'a cat' }))).toBeInstanceOf(SpendingError);
    await tenantLedger(tenant).credit({ id: 'one', units: 1, note: '' });
    expect(await live.paint({ prompt: 'a cat' })).toMatchObject({ remaining: 0 });
    expect(sockets).toHaveLength(1);
  });

  it('throws that the key is refused', async () => {
    const live = createGalip({ baseUrl: edge.origin, apiKey: 'glp_live_wrong' }).live({ connect });
    expect(await failureOf(live.paint({ prompt: 'a' }))).toBeInstanceOf(AuthenticationError);
    const keyless = createGalip({ baseUrl: edge.origin }).live({ connect });
    expect(await failureOf(keyless.paint({ prompt: 'a' }))).toBeInstanceOf(AuthenticationError);
    expect(() => createGalip({ baseUrl: edge.origin, apiKey: 'a, b' }).live({ connect })).toThrow(
      /^apiKey has characters that no key has$/u,
    );
  });

  it('throws why it was closed for coming too fast', async () => {
    await using live = await open();
    await live.paint({ prompt: 'a cat' });
    const all = Array.from({ length: MAX_MESSAGES_PER_S }, () => live.paint({ prompt: 'a cat' }));
    const results = await Promise.allSettled(all);
    expect(results.at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'rate_limited' } });
    const rejected = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(rejected.every((reason) => reason instanceof RateLimitError)).toBe(true);
  });

  it('opens another socket for the next picture when the service closed its own for being idle', async () => {
    await using live = await open();
    await live.paint({ prompt: 'a cat' });
    const closed = new Promise((resolve) => sockets[0]?.addEventListener('close', resolve));
    clock.advance(IDLE_MS);
    await closed;
    expect(await live.paint({ prompt: 'a cat' })).toMatchObject({ cache: 'hit' });
    expect(sockets).toHaveLength(2);
  });

  it('asks the next socket for the newest of what an old one never began', async () => {
    await using live = await open();
    await live.paint({ prompt: 'a cat' });
    const stepMs = IDLE_MS - 1;
    let passedMs = 0;
    for (; passedMs + stepMs < MAX_AGE_MS; passedMs += stepMs) {
      clock.advance(stepMs);
      await live.paint({ prompt: 'a cat' });
    }
    const answerAll = holdBackend();
    const inWork = live.paint({ prompt: 'a dog' });
    await asked(2);
    clock.advance(MAX_AGE_MS - passedMs);
    // The socket is too old: it answers what it has begun, and takes nothing more.
    const older = live.paint({ prompt: 'a fish' });
    const newest = live.paint({ prompt: 'a horse' });
    // One that came before them, by another way, has passed: so have they.
    await edge.fetch('/healthz');
    answerAll();
    expect(await inWork).toMatchObject({ units: 1 });
    expect(await older).toBeUndefined();
    expect(await newest).toMatchObject({ cache: 'miss', units: 1 });
    expect(sockets).toHaveLength(2);
    const prompts = edge.backend.requests.flatMap(({ images }) => images.map(({ prompt }) => prompt));
    expect(prompts).toEqual(['a cat', 'a dog', 'a horse']);
  });

  it('stops waiting by a signal, and sends nothing that was aborted before it could be', async () => {
    await using live = await open();
    const early = new AbortController();
    const unsent = live.paint({ prompt: 'a fish' }, early);
    early.abort(new Error('too early'));
    await expect(unsent).rejects.toThrow('too early');
    await live.paint({ prompt: 'a cat' });
    const answerAll = holdBackend();
    const controller = new AbortController();
    const waiting = live.paint({ prompt: 'a dog' }, controller);
    await asked(2);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    answerAll();
    expect(await live.paint({ prompt: 'a cat' })).toMatchObject({ cache: 'hit' });
    await expect(live.paint({ prompt: 'a' }, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/iu);
    const prompts = edge.backend.requests.flatMap(({ images }) => images.map(({ prompt }) => prompt));
    expect(prompts).not.toContain('a fish');
  });

  it('ends by close: what is waited for is undefined, and the socket closed', async () => {
    const live = await open();
    const answerAll = holdBackend();
    const waiting = live.paint({ prompt: 'a dog' });
    await asked(1);
    await live.close();
    expect(await waiting).toBeUndefined();
    expect(sockets[0]?.readyState).toBe(WebSocket.CLOSED);
    await expect(live.paint({ prompt: 'a dog' })).rejects.toThrow('closed by its owner');
    await live.close();
    answerAll();
  });
});

describe('galip.live() where there is no service', () => {
  /** One that a test answers for. */
  async function toPair(timeoutMs: number) {
    const { 0: client, 1: server } = new WebSocketPair();
    client.accept();
    server.accept();
    const live = await open({ connect: () => client, timeoutMs });
    return { live, server };
  }

  it('gives up a socket that is silent while it owes an answer', async () => {
    const { live, server } = await toPair(50);
    const closed = new Promise((resolve) => server.addEventListener('close', resolve));
    const error = await failureOf(live.paint({ prompt: 'a' }));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ message: 'the live socket did not answer within 50 ms' });
    await closed;
  });

  it('throws where a socket breaks off, and asks once more alone where it is told to', async () => {
    const broken = await toPair(5_000);
    broken.server.addEventListener('message', () => broken.server.close(1011, 'fault'));
    expect(await failureOf(broken.live.paint({ prompt: 'a' }))).toBeInstanceOf(ConnectionError);
    let opened = 0;
    const restless = await open({
      connect() {
        opened += 1;
        const { 0: client, 1: server } = new WebSocketPair();
        client.accept();
        server.accept();
        server.addEventListener('message', () => server.close(1012));
        return client;
      },
    });
    expect(await failureOf(restless.paint({ prompt: 'a' }))).toBeInstanceOf(ConnectionError);
    expect(opened).toBe(2);
  });

  it('throws where the answer is none, or no socket can be opened', async () => {
    const { live, server } = await toPair(5_000);
    server.addEventListener('message', () => server.send('<h1>proxy</h1>'));
    expect(await failureOf(live.paint({ prompt: 'a' }))).toBeInstanceOf(ConnectionError);
    const cause = new Error('no route');
    const unreachable = await open({ connect: () => Promise.reject(cause) });
    expect(await failureOf(unreachable.paint({ prompt: 'a' }))).toMatchObject({
      name: 'ConnectionError',
      cause,
    });
  });
});
