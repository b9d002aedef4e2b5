import { describe, expect, it, vi } from 'vitest';
import { createBackends } from '../../edge/backends/create-backends.ts';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { createManualClock } from '../fakes/manual-clock.ts';
import {
  answers,
  type Behaviour,
  breaksOff,
  hangs,
  held,
  makes,
  type PictureServer,
  startPictureServer,
} from './picture-server.ts';

const REQUEST = {
  model: 'd'.repeat(64),
  images: [{ prompt: 'cat', seed: 1 }],
  size: 64,
  format: 'png' as const,
  quality: null,
};
/** All tries of a request together. */
const LIMIT_MS = 60_000;

/** Backends of one isolate over real HTTP, on a clock that stands still. */
function createEdge(servers: readonly PictureServer[], hedgeMs?: number) {
  const clock = createManualClock();
  const lines: string[] = [];
  const responses: Response[] = [];
  const fetcher: typeof fetch = async (...request) => {
    const response = await fetch(...request);
    responses.push(response);
    return response;
  };
  const backend = createBackends({
    urls: servers.map(({ url }) => url),
    hedgeMs,
    signingKey: { id: 'k1', secret: 's'.repeat(32) },
    fetcher,
    clock,
    log: ({ event, backend: host }) => lines.push(`${event} ${host}`),
  });
  /** Bytes of the picture, or the error. */
  const ask = async (withdrawn?: AbortSignal): Promise<string | ApiError> => {
    try {
      const { pictures } = await backend.generate({ ...REQUEST, withdrawn });
      return new TextDecoder().decode(pictures[0]?.bytes);
    } catch (error) {
      if (error instanceof ApiError) return error;
      throw error;
    }
  };
  const askOften = async (times: number): Promise<(string | ApiError)[]> => {
    const all: (string | ApiError)[] = [];
    for (let at = 0; at < times; at++) all.push(await ask());
    return all;
  };
  /** Once an answer of that status was read. */
  const heard = async (status: number): Promise<void> => {
    await vi.waitFor(() =>
      expect(responses.some((response) => response.status === status && response.bodyUsed)).toBe(true),
    );
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, lines, ask, askOften, heard, backend };
}

const two = () => Promise.all([startPictureServer(makes('first')), startPictureServer(makes('second'))]);

describe('several backends', () => {
  it('score where the first is busy, too', async () => {
    const [first, second] = await two();
    first.behave(answers(503, { 'retry-after': '9' }));
    second.behave((outgoing) => outgoing.end(JSON.stringify({ scores: [0.5] })));
    const { backend } = createEdge([first, second]);
    const request = { model: 'd'.repeat(64), prompt: 'cat', candidates: [{ seed: 1 }] };
    expect(await backend.score(request)).toEqual([0.5]);
    expect([first.asked(), second.asked()]).toEqual([1, 1]);
  });

  it('are asked in order: the second has nothing to do while the first is well', async () => {
    const [first, second] = await two();
    const { askOften } = createEdge([first, second]);
    expect(await askOften(20)).toEqual(Array(20).fill('first'));
    expect(second.asked()).toBe(0);
  });

  it.each([502, 503, 429, 401, 404, 409])('take over from one that answers %d', async (status) => {
    const [first, second] = await two();
    first.behave(answers(status));
    const { ask } = createEdge([first, second]);
    expect(await ask()).toBe('second');
    expect([first.asked(), second.asked()]).toEqual([1, 1]);
  });

  it('leave one alone at once that is a proxy before nothing: 503 without Retry-After', async () => {
    const [first, second] = await two();
    first.behave(answers(503));
    const { askOften } = createEdge([first, second]);
    expect(await askOften(100)).toEqual(Array(100).fill('second'));
    expect(first.asked()).toBe(5);
  });

  it('take over from one that is dead; after five requests it is left alone', async () => {
    const [first, second] = await two();
    await first.close();
    const { askOften, lines } = createEdge([first, second]);
    expect(await askOften(500)).toEqual(Array(500).fill('second'));
    expect(lines).toEqual([`backend_open ${first.host}`]);
  });

  it('leave one alone that has shed all for a while, and not one that sheds a part', async () => {
    const [first, second] = await two();
    const { askOften, clock } = createEdge([first, second]);
    let at = 0;
    first.behave((outgoing, incoming) =>
      (at++ % 10 < 9 ? answers(503, { 'retry-after': '1' }) : makes('first'))(outgoing, incoming),
    );
    await askOften(20);
    expect(first.asked()).toBe(20);
    first.behave(answers(503, { 'retry-after': '1' }));
    clock.advance(10_001);
    await askOften(20);
    expect(first.asked()).toBe(25);
  });

  it.each([
    ['answers 500', answers(500)],
    ['answers 504', answers(504)],
    ['breaks off its answer', breaksOff],
  ])('are not asked for what one has begun: it %s', async (_, behaviour) => {
    const [first, second] = await two();
    first.behave(behaviour);
    const { ask } = createEdge([first, second]);
    expect(await ask()).toMatchObject({ code: 'backend_unavailable', status: 503 });
    expect(second.asked()).toBe(0);
  });

  it('are not asked for a picture that may not be shown', async () => {
    const [first, second] = await two();
    first.behave((outgoing) => {
      outgoing.writeHead(400, { 'content-type': 'application/json' });
      outgoing.end(JSON.stringify(new ApiError('content_moderated').toBody()));
    });
    const { ask } = createEdge([first, second]);
    expect(await ask()).toMatchObject({ code: 'content_moderated' });
    expect(second.asked()).toBe(0);
  });

  it('go back to the first when it is back, within its pause', async () => {
    const [first, second] = await two();
    first.behave(answers(502));
    const { ask, askOften, clock, lines } = createEdge([first, second]);
    await askOften(10);
    expect(first.asked()).toBe(5);
    first.behave(makes('first'));
    expect(await ask()).toBe('second');
    clock.advance(1_000);
    expect(await askOften(3)).toEqual(['first', 'first', 'first']);
    expect(lines).toEqual([`backend_open ${first.host}`, `backend_closed ${first.host}`]);
  });

  it('answer all while the first comes and goes, and send no more than a tenth again', async () => {
    const [first, second] = await two();
    const { ask, clock } = createEdge([first, second]);
    for (let at = 0; at < 1_000; at++) {
      // Half a minute down, half a minute up, ten requests a second.
      first.behave(Math.floor(at / 300) % 2 === 0 ? answers(502) : makes('first'));
      expect(await ask()).toMatch(/first|second/u);
      clock.advance(100);
    }
    expect(first.asked() + second.asked()).toBeLessThanOrEqual(1_000 + 10 + 100);
  });

  it('answer 503 at once where all are dead, with the time of the next probe', async () => {
    const [first, second] = await two();
    await Promise.all([first.close(), second.close()]);
    const { askOften, clock, lines } = createEdge([first, second]);
    const failures = await askOften(30);
    for (const failure of failures) expect(failure).toMatchObject({ status: 503 });
    expect(failures.at(-1)).toMatchObject({ retryAfterS: 1 });
    expect(lines).toEqual([`backend_open ${first.host}`, `backend_open ${second.host}`]);
    expect(String((failures.at(-1) as ApiError).cause)).toContain('left alone after failures');
    clock.advance(1_000);
    expect((await askOften(1))[0]).toMatchObject({ status: 503, retryAfterS: 2 });
  });

  it('send nothing again when the budget is spent: ten of the first requests, then one in ten', async () => {
    const [first, second] = await two();
    first.behave(answers(503, { 'retry-after': '7' }));
    const { askOften } = createEdge([first, second]);
    const answered = await askOften(110);
    // The clock stands still, so that what the first sheds opens nothing.
    expect(first.asked()).toBe(110);
    expect(answered.filter((one) => one === 'second')).toHaveLength(20);
    expect(answered.slice(0, 10)).toEqual(Array(10).fill('second'));
    const refused = answered.find((one) => typeof one !== 'string') as ApiError;
    expect(refused).toMatchObject({ code: 'backend_unavailable', retryAfterS: 1 });
    expect(String(refused.cause)).toContain('the retry budget is spent');
  });

  it('probe a dead one only where a failure could be paid for, while another is well', async () => {
    const [first, second] = await two();
    await first.close();
    const { ask, clock } = createEdge([first, second]);
    // A request in ten seconds, for hours: each finds the pause over.
    for (let at = 0; at < 300; at++) {
      expect(await ask()).toBe('second');
      clock.advance(10_000);
    }
  });
});

describe('hedging', () => {
  it('is off: a slow backend is waited for', async () => {
    const [first, second] = await two();
    first.behave(hangs);
    const { ask, clock } = createEdge([first, second]);
    const asked = ask();
    await vi.waitFor(() => expect(first.asked()).toBe(1));
    clock.advance(LIMIT_MS - 1);
    expect(second.asked()).toBe(0);
    clock.advance(1);
    expect(await asked).toMatchObject({ code: 'backend_unavailable' });
  });

  it('sends what is not answered in time to the next one too, and takes the first answer', async () => {
    const [first, second] = await two();
    let isCut = false;
    first.behave((outgoing) => outgoing.once('close', () => (isCut = true)));
    const { ask, clock } = createEdge([first, second], 250);
    const asked = ask();
    await vi.waitFor(() => expect(first.asked()).toBe(1));
    clock.advance(249);
    expect(second.asked()).toBe(0);
    clock.advance(1);
    expect(await asked).toBe('second');
    // Nobody waits for the first one any more.
    await vi.waitFor(() => expect(isCut).toBe(true));
  });

  it('asks no third one, and none for what was answered', async () => {
    const servers = [...(await two()), await startPictureServer(makes('third'))];
    const { ask, clock } = createEdge(servers, 250);
    expect(await ask()).toBe('first');
    clock.advance(1_000);
    servers[0]?.behave(hangs);
    servers[1]?.behave(hangs);
    const asked = ask();
    await vi.waitFor(() => expect(servers[0]?.asked()).toBe(2));
    clock.advance(250);
    await vi.waitFor(() => expect(servers[1]?.asked()).toBe(1));
    clock.advance(5_000);
    expect(servers[2]?.asked()).toBe(0);
    clock.advance(LIMIT_MS);
    expect(await asked).toMatchObject({ code: 'backend_unavailable' });
  });

  it('is paid from the same budget', async () => {
    const [first, second] = await two();
    first.behave(hangs);
    const { ask, clock } = createEdge([first, second], 250);
    const answered: unknown[] = [];
    const asked = Array.from({ length: 30 }, async () => answered.push(await ask()));
    await vi.waitFor(() => expect(first.asked()).toBe(30));
    clock.advance(250);
    await vi.waitFor(() => expect(second.asked()).toBe(10));
    // Those that were hedged; time must not give them up on the way.
    await vi.waitFor(() => expect(answered).toHaveLength(10));
    clock.advance(LIMIT_MS);
    await Promise.all(asked);
    expect(answered.filter((one) => one === 'second')).toHaveLength(10);
  });
});

describe('a request that is withdrawn', () => {
  /** A request that two backends are at, each until its own function is called. */
  async function hedged() {
    const servers = await two();
    const [first, second] = servers;
    const ends = servers.map((server, at) => {
      const { behaviour, end } = held(makes(at === 0 ? 'first' : 'second'));
      server.behave(behaviour);
      return end;
    }) as [ReturnType<typeof held>['end'], ReturnType<typeof held>['end']];
    const edge = createEdge(servers, 250);
    const wanted = new AbortController();
    const answer = edge.ask(wanted.signal);
    await vi.waitFor(() => expect(first.asked()).toBe(1));
    edge.clock.advance(250);
    await vi.waitFor(() => expect(second.asked()).toBe(1));
    wanted.abort();
    // Each hears of it.
    await vi.waitFor(() => expect([first.asked(), second.asked()]).toEqual([2, 2]));
    return { answer, ends, edge };
  }

  it.each([
    ['first', 'second'],
    ['second', 'first'],
  ])('is made where the %s backend had not begun, and the %s had', async (waiting, begun) => {
    const { answer, ends, edge } = await hedged();
    const [ofWaiting, ofBegun] = waiting === 'first' ? ends : ends.toReversed();
    ofWaiting?.(superseded);
    await edge.heard(409);
    ofBegun?.();
    expect(await answer).toBe(begun);
    expect(edge.lines).toEqual([]);
  });

  it('is superseded where neither had begun', async () => {
    const { answer, ends, edge } = await hedged();
    for (const end of ends) end(superseded);
    expect(await answer).toMatchObject({ code: 'superseded' });
    expect(edge.lines).toEqual([]);
  });

  it('is no picture where the one that had begun breaks off', async () => {
    const { answer, ends, edge } = await hedged();
    ends[0](superseded);
    await edge.heard(409);
    ends[1](breaksOff);
    expect(await answer).toMatchObject({ code: 'backend_unavailable' });
  });

  it('says nothing of a backend that it was not sent to', async () => {
    const [first] = await two();
    await first.close();
    const { ask, askOften, clock, lines } = createEdge([first]);
    await askOften(5);
    clock.advance(1_000);
    expect(await ask(AbortSignal.abort())).toMatchObject({ code: 'superseded' });
    expect(lines).toEqual([`backend_open ${first.host}`]);
  });
});

const superseded: Behaviour = (outgoing) => {
  outgoing.writeHead(409, { 'content-type': 'application/json' });
  outgoing.end(JSON.stringify(new ApiError('superseded').toBody()));
};
