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

  it('is closed after so many requests as a Worker’s invocation can have made', async () => {
    const socket = await open(await issueKey());
    for (let second = 0; second < MAX_REQUESTS / MAX_MESSAGES_PER_S; second++) {
      clock.advance(S);
      for (let sent = 1; sent < MAX_MESSAGES_PER_S; sent++) {
        socket.send({ id: `k${second}.${sent}`, prompt: PROMPT });
      }
      await ask(socket, `last of ${second}`);
    }
    clock.advance(S);
    socket.send({ id: 'one more', prompt: PROMPT });
    expect(await socket.closed).toMatchObject({ code: 1012, reason: 'connect again' });
    expect(socket.answers).toHaveLength(1 + MAX_REQUESTS);
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
