import { beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_MESSAGE_CHARACTERS } from '../../edge/live/live-limits.ts';
import { connectLive, type LiveSocket } from './fakes/live-socket.ts';
import { textOf } from './fakes/memory-backend.ts';
import { tenantLedger } from './fakes/tenant-ledger.ts';
import { createTestEdge, type IssueOptions, issueKey, type TestEdge } from './fakes/test-edge.ts';

let edge: TestEdge;
let tenant: string;
beforeEach(() => {
  edge = createTestEdge();
  tenant = `live-${crypto.randomUUID().slice(0, 8)}`;
});

const connect = (headers: Record<string, string>) => connectLive(edge, headers);

async function open(options: IssueOptions = {}): Promise<LiveSocket> {
  const socket = await connect({ authorization: `Bearer ${await issueKey({ tenant, ...options })}` });
  await vi.waitFor(() => expect(socket.answers[0]).toMatchObject({ type: 'ready', native: 64 }));
  return socket;
}

/** The backend holds what it is asked until the function is called. */
function holdBackend(): () => void {
  const held = Promise.withResolvers<void>();
  edge.backend.before = () => held.promise;
  return held.resolve;
}

const asked = (times: number) => vi.waitFor(() => expect(edge.backend.requests).toHaveLength(times));
describe('GET /v1/live', () => {
  it('answers each message with a line and the picture’s bytes, and a known prompt at the price of a hit', async () => {
    const { send, answerTo } = await open();
    send({ id: 'a', prompt: 'a red apple', seed: 7, output_format: 'webp', size: '32x32' });
    const first = await answerTo('a');
    expect(first).toMatchObject({
      type: 'picture',
      cache: 'miss',
      seed: 7,
      units: 1,
      size: '32x32',
      remaining: null,
    });
    if (first.type !== 'picture') throw new Error('no picture');
    expect(first.file).toBe(textOf(first.fingerprint));
    expect(first.bytes).toBe(first.file?.length);
    expect(first.url).toBe(`${edge.origin}/i/${first.fingerprint}.webp`);
    expect(first.thumbhash).not.toBeNull();
    send({ id: 'b', prompt: '  A RED  apple', seed: 7, output_format: 'webp', size: '32x32' });
    expect(await answerTo('b')).toMatchObject({
      cache: 'hit',
      units: 0,
      file: first.file,
      thumbhash: first.thumbhash,
    });
    expect(edge.backend.requests).toHaveLength(1);
  });

  it('is opened by a browser’s sub-protocol too', async () => {
    const key = await issueKey({ tenant });
    const { response, send, answerTo } = await connect({
      'sec-websocket-protocol': `galip-live, galip-key.${key}`,
    });
    expect(response.headers.get('sec-websocket-protocol')).toBe('galip-live');
    send({ id: 'a', prompt: 'cat' });
    expect(await answerTo('a')).toMatchObject({ type: 'picture' });
  });

  it('refuses wrong keys: a server by status, a browser by a line and code 1008', async () => {
    const reader = await issueKey({ tenant, scopes: ['read'] });
    const upgrade = { upgrade: 'websocket' };
    const statusWith = async (headers: Record<string, string>) =>
      (await edge.fetch('/v1/live', { headers })).status;
    expect(await statusWith(upgrade)).toBe(401);
    expect(await statusWith({ ...upgrade, authorization: 'Bearer glp_live_wrong' })).toBe(401);
    expect(await statusWith({ ...upgrade, authorization: `Bearer ${reader}` })).toBe(403);
    expect(await statusWith({ authorization: `Bearer ${await issueKey({ tenant })}` })).toBe(400);
    const { answers, closed } = await connect({
      'sec-websocket-protocol': 'galip-live, galip-key.glp_live_wrong',
    });
    expect(await closed).toMatchObject({ code: 1008, reason: 'invalid_api_key' });
    expect(answers).toMatchObject([{ type: 'error', id: null, error: { code: 'invalid_api_key' } }]);
  });

  it.each([
    ['{', null, 'body'],
    [[], null, 'id'],
    [{ prompt: 'cat' }, null, 'id'],
    [{ id: 'x' }, 'x', 'prompt'],
    [{ id: 'x', prompt: 'cat', n: 2 }, 'x', 'n'],
    [{ id: 'x', prompt: 'cat', async: true }, 'x', 'async'],
    [{ id: 'x', prompt: 'cat', colour: 'red' }, 'x', 'colour'],
    ['{"id":"x","id":"y","prompt":"cat"}', null, 'id'],
  ])('tells what is wrong with %j, and goes on', async (message, id, param) => {
    const { answers, send, answerTo } = await open();
    send(message);
    send({ id: 'good', prompt: 'cat' });
    expect(await answerTo('good')).toMatchObject({ type: 'picture' });
    expect(answers[1]).toMatchObject({ type: 'error', id, error: { code: 'invalid_request', param } });
  });

  it.each([
    ['x'.repeat(MAX_MESSAGE_CHARACTERS + 1), 1009],
    [new Uint8Array([1]), 1003],
  ])('closes on a frame that is none of its own', async (frame, code) => {
    const response = await edge.fetch('/v1/live', {
      headers: { upgrade: 'websocket', authorization: `Bearer ${await issueKey({ tenant })}` },
    });
    const closed = Promise.withResolvers<CloseEvent>();
    response.webSocket?.addEventListener('close', closed.resolve);
    response.webSocket?.accept();
    response.webSocket?.send(frame);
    expect((await closed.promise).code).toBe(code);
  });

  it('makes of fast typing the last picture alone, and charges nothing else', async () => {
    const { send, answerTo, answers } = await open();
    const prompts = Array.from('a red apple', (_, at) => 'a red apple'.slice(0, at + 1));
    for (const [at, prompt] of prompts.entries()) send({ id: `k${at}`, prompt });
    const last = await answerTo(`k${prompts.length - 1}`);
    expect(last).toMatchObject({ type: 'picture', units: 1 });
    expect(answers.filter(({ type }) => type === 'superseded')).toHaveLength(prompts.length - 1);
    expect(edge.backend.requests.map(({ images }) => images[0])).toMatchObject([{ prompt: 'a red apple' }]);
  });

  it('withdraws what waits at the backend, and makes the newest at once', async () => {
    const answerAll = holdBackend();
    const { send, answerTo } = await open({ plan: 'prepaid' });
    await tenantLedger(tenant).credit({ id: 'one', units: 1, note: '' });
    send({ id: 'old', prompt: 'a cat' });
    await asked(1);
    send({ id: 'older', prompt: 'a dog' });
    send({ id: 'new', prompt: 'a fish' });
    expect(await answerTo('older')).toMatchObject({ type: 'superseded' });
    answerAll();
    expect(await answerTo('old')).toMatchObject({ type: 'superseded' });
    // One unit pays it: nothing is held for what was withdrawn.
    expect(await answerTo('new')).toMatchObject({ type: 'picture', units: 1, remaining: 0 });
    send({ id: 'more', prompt: 'a horse' });
    expect(await answerTo('more')).toMatchObject({ type: 'error', error: { code: 'insufficient_credits' } });
    send({ id: 'known', prompt: 'a fish' });
    expect(await answerTo('known')).toMatchObject({ type: 'picture', cache: 'hit', units: 0 });
  });

  it('makes, charges and delivers what somebody else waits for, whatever was typed since', async () => {
    const answerAll = holdBackend();
    const [one, other] = [await open(), await open()];
    one.send({ id: 'a', prompt: 'a cat' });
    await asked(1);
    other.send({ id: 'b', prompt: 'a cat' });
    await vi.waitFor(() => expect(edge.store.calls.filter((call) => call.startsWith('get'))).toHaveLength(2));
    await new Promise((resolve) => setTimeout(resolve, 50));
    one.send({ id: 'c', prompt: 'a dog' });
    answerAll();
    expect(await other.answerTo('b')).toMatchObject({ type: 'picture', cache: 'joined', units: 0 });
    expect(await one.answerTo('a')).toMatchObject({ type: 'picture', cache: 'miss', units: 1 });
    expect(await one.answerTo('c')).toMatchObject({ type: 'picture', units: 1 });
    expect(edge.backend.requests).toHaveLength(2);
  });

  it('leaves no lease when the client goes in the middle', async () => {
    const answerAll = holdBackend();
    const { send, close } = await open({ plan: 'prepaid' });
    await tenantLedger(tenant).credit({ id: 'one', units: 1, note: '' });
    send({ id: 'a', prompt: 'a cat' });
    await asked(1);
    expect(await tenantLedger(tenant).balance()).toMatchObject({ reserved: 1 });
    close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    answerAll();
    const ledger = tenantLedger(tenant);
    await vi.waitFor(async () => expect(await ledger.balance()).toMatchObject({ reserved: 0 }));
    expect(await ledger.balance()).toMatchObject({ spent: 0, available: 1 });
  });
});
