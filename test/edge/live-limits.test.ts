import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createD1KeyRegistry } from '../../edge/keys/key-registry.ts';
import { createD1KeyStore } from '../../edge/keys/key-store.ts';
import {
  IDLE_MS,
  KEY_CHECK_MS,
  MAX_AGE_MS,
  MAX_MESSAGES_PER_S,
  MAX_REQUESTS,
  MAX_SOCKETS_PER_KEY,
} from '../../edge/live/live-limits.ts';
import { ANSWER_SLACK_MS, REQUEST_MS } from '../../edge/requests/request-time.ts';
import { parseApiKey } from '../../gpu-backend/contract/api-key.ts';
import { createManualClock, type ManualClock } from '../fakes/manual-clock.ts';
import { connectLive, type LiveSocket } from './fakes/live-socket.ts';
import { createTestEdge, issueKey, NOW_MS, type TestEdge } from './fakes/test-edge.ts';

const S = 1_000;
const PROMPT = 'a cat';

let clock: ManualClock;
let edge: TestEdge;
/** While set, no key can be looked up. */
let isKeyStoreDown: boolean;
beforeEach(() => {
  clock = createManualClock();
  isKeyStoreDown = false;
  const keys = createD1KeyStore(env.DB);
  edge = createTestEdge({
    now: () => NOW_MS + clock.now(),
    after: clock.after,
    keys: {
      ...keys,
      async find(id) {
        if (isKeyStoreDown) throw new Error('D1 is down');
        return keys.find(id);
      },
    },
  });
});

const open = (key: string) => connectLive(edge, { authorization: `Bearer ${key}` });

/** Asks for the picture that is known after the first time; proves that the socket is open, and that its key holds. */
async function ask({ send, answerTo }: LiveSocket, id: string): Promise<void> {
  send({ id, prompt: PROMPT });
  expect(await answerTo(id)).toMatchObject({ type: 'picture' });
}

async function revoke(key: string): Promise<void> {
  const nowS = Math.floor((NOW_MS + clock.now()) / S);
  await createD1KeyRegistry(env.DB).revoke(parseApiKey(key)?.id ?? '', nowS);
}

describe('a live socket whose key is revoked', () => {
  it('ends within 60 s without being asked anything; those of other keys go on', async () => {
    const [key, other] = [await issueKey(), await issueKey()];
    const [socket, bystander] = [await open(key), await open(other)];
    for (let checks = 0; checks < 2; checks++) clock.advance(KEY_CHECK_MS);
    // The worst case: read anew just before the revocation, and kept from then on.
    await ask(socket, 'before');
    await revoke(key);
    for (let passedMs = 0; passedMs < 60 * S; passedMs += KEY_CHECK_MS) clock.advance(KEY_CHECK_MS);
    expect(await socket.closed).toMatchObject({ code: 1008, reason: 'invalid_api_key' });
    await ask(bystander, 'a');
  });

  it('is told so when it asks, and closed', async () => {
    const key = await issueKey();
    const socket = await open(key);
    const { send, answerTo, closed } = socket;
    await revoke(key);
    // Its key is kept for 30 s, and looked at again at 40.
    clock.advance(KEY_CHECK_MS);
    await ask(socket, 'kept');
    clock.advance(10 * S);
    send({ id: 'a', prompt: 'a dog' });
    expect(await answerTo('a')).toMatchObject({ type: 'error', error: { code: 'invalid_api_key' } });
    expect(await closed).toMatchObject({ code: 1008, reason: 'invalid_api_key' });
    expect(edge.backend.requests).toHaveLength(1);
  });

  it('is not taken for one whose key cannot be looked up', async () => {
    const socket = await open(await issueKey());
    isKeyStoreDown = true;
    for (let passedMs = 0; passedMs < 60 * S; passedMs += KEY_CHECK_MS) clock.advance(KEY_CHECK_MS);
    socket.send({ id: 'a', prompt: PROMPT });
    expect(await socket.answerTo('a')).toMatchObject({ type: 'error', error: { type: 'server_error' } });
    isKeyStoreDown = false;
    await ask(socket, 'b');
  });
});

describe('a live socket', () => {
  it('is closed two minutes after it was last asked or has answered', async () => {
    const socket = await open(await issueKey());
    clock.advance(IDLE_MS - 1);
    await ask(socket, 'a');
    clock.advance(IDLE_MS - 1);
    await ask(socket, 'b');
    clock.advance(IDLE_MS);
    expect(await socket.closed).toMatchObject({ code: 1001, reason: 'idle' });
  });

  it('is not idle while it owes an answer, however long that takes', async () => {
    const socket = await open(await issueKey());
    const held = Promise.withResolvers<void>();
    edge.backend.during = () => held.promise;
    socket.send({ id: 'a', prompt: 'a dog' });
    await vi.waitFor(() => expect(edge.backend.requests).toHaveLength(1));
    socket.send({ id: 'b', prompt: 'a fish' });
    socket.send({ id: 'c', prompt: 'a horse' });
    expect(await socket.answerTo('b')).toMatchObject({ type: 'superseded' });
    // What is in work and what waits come to their deadlines, one after the other: that is later than two minutes after the last message.
    clock.advance(REQUEST_MS + ANSWER_SLACK_MS);
    expect(await socket.answerTo('a')).toMatchObject({ error: { code: 'deadline_exceeded' } });
    await vi.waitFor(() => expect(edge.backend.requests).toHaveLength(2));
    clock.advance(REQUEST_MS + ANSWER_SLACK_MS);
    expect(await socket.answerTo('c')).toMatchObject({ error: { code: 'deadline_exceeded' } });
    held.resolve();
    await ask(socket, 'd');
  });

  it('is closed after an hour, busy or not', async () => {
    const socket = await open(await issueKey());
    const steps = MAX_AGE_MS / (IDLE_MS / 2);
    for (let step = 1; step < steps; step++) {
      clock.advance(IDLE_MS / 2);
      await ask(socket, `k${step}`);
    }
    clock.advance(IDLE_MS / 2);
    expect(await socket.closed).toMatchObject({ code: 1012, reason: 'connect again' });
  });

  describe('after so many requests as a Worker’s invocation can have made', () => {
    /** Asks for all but so many of what the socket may. */
    async function useUp(socket: LiveSocket, left: number): Promise<void> {
      for (let asked = 0; asked < MAX_REQUESTS - left; asked++) {
        if (asked % (MAX_MESSAGES_PER_S - 1) === 0) {
          if (asked > 0) await socket.answerTo(`k${asked - 1}`);
          clock.advance(S);
        }
        socket.send({ id: `k${asked}`, prompt: PROMPT });
      }
      await socket.answerTo(`k${MAX_REQUESTS - left - 1}`);
      clock.advance(S);
    }

    it('is closed once the last is answered', async () => {
      const socket = await open(await issueKey());
      await useUp(socket, 1);
      await ask(socket, 'last');
      expect(await socket.closed).toMatchObject({ code: 1012, reason: 'connect again' });
      expect(socket.answers).toHaveLength(1 + MAX_REQUESTS);
    });

    it('answers what is in work and what waits before it is closed, and begins nothing more', async () => {
      const socket = await open(await issueKey());
      await useUp(socket, 2);
      const held = Promise.withResolvers<void>();
      edge.backend.before = () => held.promise;
      const made = edge.backend.requests.length;
      socket.send({ id: 'in work', prompt: 'a dog' });
      await vi.waitFor(() => expect(edge.backend.requests).toHaveLength(made + 1));
      socket.send({ id: 'waits', prompt: 'a fish' });
      socket.send({ id: 'too much', prompt: 'a horse' });
      held.resolve();
      expect(await socket.closed).toMatchObject({ code: 1012, reason: 'connect again' });
      expect(socket.answers.slice(-2)).toMatchObject([
        { id: 'in work' },
        { id: 'waits', type: 'picture', units: 1 },
      ]);
      expect(socket.answers).toHaveLength(1 + MAX_REQUESTS);
      const prompts = edge.backend.requests.flatMap(({ images }) => images.map(({ prompt }) => prompt));
      expect(prompts).not.toContain('a horse');
    });
  });

  it('answers what is in work before it is closed for its age', async () => {
    const socket = await open(await issueKey());
    const stepMs = IDLE_MS - 1;
    let passedMs = 0;
    for (; passedMs + stepMs < MAX_AGE_MS; passedMs += stepMs) {
      clock.advance(stepMs);
      await ask(socket, `k${passedMs}`);
    }
    const held = Promise.withResolvers<void>();
    edge.backend.before = () => held.promise;
    socket.send({ id: 'in work', prompt: 'a dog' });
    await vi.waitFor(() => expect(edge.backend.requests).toHaveLength(2));
    clock.advance(MAX_AGE_MS - passedMs);
    held.resolve();
    expect(await socket.closed).toMatchObject({ code: 1012, reason: 'connect again' });
    expect(socket.answers.at(-1)).toMatchObject({ id: 'in work', type: 'picture' });
  });

  it('is closed when messages come faster than anybody types', async () => {
    const socket = await open(await issueKey());
    for (let sent = 0; sent <= MAX_MESSAGES_PER_S; sent++) socket.send('{');
    expect(await socket.closed).toMatchObject({ code: 1008, reason: 'rate_limited' });
  });

  it(`is one of at most ${MAX_SOCKETS_PER_KEY} of a key`, async () => {
    const key = await issueKey();
    const sockets = await Promise.all(Array.from({ length: MAX_SOCKETS_PER_KEY }, () => open(key)));
    const refused = () =>
      edge.fetch('/v1/live', { headers: { upgrade: 'websocket', authorization: `Bearer ${key}` } });
    expect((await refused()).status).toBe(429);
    const { answers, closed } = await connectLive(edge, {
      'sec-websocket-protocol': `galip-live, galip-key.${key}`,
    });
    expect(await closed).toMatchObject({ code: 1008, reason: 'rate_limited' });
    expect(answers).toMatchObject([{ type: 'error', id: null, error: { code: 'rate_limited' } }]);
    await ask(await open(await issueKey()), 'of another key');
    sockets[0]?.close();
    await sockets[0]?.closed;
    await ask(await open(key), 'in the place of one that was closed');
    expect((await refused()).status).toBe(429);
  });
});
