import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Account, Ledger } from '../../edge/ledger/ledger.ts';
import { ANSWER_SLACK_MS, REQUEST_MS } from '../../edge/requests/request-time.ts';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { createManualClock, type ManualClock } from '../fakes/manual-clock.ts';
import { tenantLedger } from './fakes/tenant-ledger.ts';
import { createTestEdge, issueKey, NOW_MS, type TestEdge } from './fakes/test-edge.ts';

let clock: ManualClock;
let edge: TestEdge;
let ledger: Ledger & Account;
let headers: Record<string, string>;

beforeEach(async () => {
  clock = createManualClock();
  edge = createTestEdge({
    now: () => NOW_MS + clock.now(),
    after: clock.after,
    prices: { picture: 10, hit: 1 },
  });
  const tenant = `late-${crypto.randomUUID()}`;
  headers = { authorization: `Bearer ${await issueKey({ tenant, plan: 'prepaid' })}` };
  ledger = tenantLedger(tenant);
  await ledger.credit({ id: 'test', units: 100, note: 'test' });
});

interface Answer {
  readonly error?: { readonly code: string; readonly message: string };
  readonly data?: readonly { readonly cache: string; readonly units: number }[];
}

/** `fetch` ends with what is done behind the answer. */
function send(body: object): Promise<Response> {
  return edge.generate(body, headers);
}

async function answerOf(sent: Promise<Response>) {
  const response = await sent;
  return {
    status: response.status,
    units: response.headers.get('x-usage-units'),
    ...(await response.json<Answer>()),
  };
}

async function outcomes(): Promise<Record<string, [pictures: number, units: number]>> {
  const day = new Date().toISOString().slice(0, 10);
  const totals = await ledger.usage({ from: day, to: day, groupBy: 'outcome' });
  return Object.fromEntries(totals.map(({ group, pictures, units }) => [group, [pictures, units]]));
}

const begun = (pictures: number) => vi.waitFor(() => expect(edge.backend.requests).toHaveLength(pictures));

describe('a request whose time is up', () => {
  it('is not charged for what had not begun, which is never made', async () => {
    edge.backend.before = () => new Promise(() => undefined);
    const sent = send({ prompt: 'cat', n: 2 });
    await begun(2);
    clock.advance(REQUEST_MS);
    expect(await answerOf(sent)).toMatchObject({ status: 504, error: { code: 'deadline_exceeded' } });
    expect(edge.store.objects.size).toBe(0);
    expect(await outcomes()).toEqual({ failed: [2, 0] });
    expect(await ledger.balance()).toMatchObject({ spent: 0, reserved: 0 });
  });

  it('is charged for what had begun, when it lands behind the answer, and finds it', async () => {
    const made = Promise.withResolvers<void>();
    edge.backend.during = () => made.promise;
    const sent = send({ prompt: 'cat' });
    await begun(1);
    clock.advance(REQUEST_MS + ANSWER_SLACK_MS);
    expect(await ledger.balance()).toMatchObject({ spent: 0, reserved: 10 });
    made.resolve();
    const { status, error } = await answerOf(sent);
    expect(status).toBe(504);
    expect(error?.message).toMatch(/What had begun by then is charged when it is there/u);
    expect(await outcomes()).toEqual({ generated: [1, 10] });
    const again = await answerOf(send({ prompt: 'cat' }));
    expect(again.data).toMatchObject([{ cache: 'hit', units: 1 }]);
  });

  it('gets what lands before it must be answered', async () => {
    const made = Promise.withResolvers<void>();
    edge.backend.during = () => made.promise;
    const sent = send({ prompt: 'cat' });
    await begun(1);
    clock.advance(REQUEST_MS);
    made.resolve();
    expect(await answerOf(sent)).toMatchObject({ status: 200, units: '10' });
  });

  it('is not charged as a follower of what lands too late for it', async () => {
    const made = Promise.withResolvers<void>();
    edge.backend.during = () => made.promise;
    const first = send({ prompt: 'cat' });
    await begun(1);
    const second = send({ prompt: 'cat' });
    await vi.waitFor(async () => expect(await ledger.balance()).toMatchObject({ reserved: 20 }));
    clock.advance(REQUEST_MS + ANSWER_SLACK_MS);
    made.resolve();
    expect((await answerOf(first)).status).toBe(504);
    expect((await answerOf(second)).status).toBe(504);
    expect(await outcomes()).toEqual({ generated: [1, 10], failed: [1, 0] });
  });
});

describe('a request of which one picture fails', () => {
  it('is charged for the others that were made, says so, and finds them', async () => {
    edge.backend.during = async (seed) => {
      if (seed === 1) throw new ApiError('backend_unavailable');
    };
    const { status, units, error } = await answerOf(send({ prompt: 'cat', seeds: [0, 1, 2] }));
    expect(status).toBe(503);
    expect(units).toBe('20');
    expect(error?.message).toBe(
      'Generation broke off: 2 of 3 files were made and charged (20 units), the rest was not. Sent again, the request finds what was made.',
    );
    expect(await outcomes()).toEqual({ generated: [2, 20], failed: [1, 0] });
    edge.backend.during = undefined;
    clock.advance(2_000);
    const again = await answerOf(send({ prompt: 'cat', seeds: [0, 1, 2] }));
    expect(again.data).toMatchObject([
      { cache: 'hit', units: 1 },
      { cache: 'miss', units: 10 },
      { cache: 'hit', units: 1 },
    ]);
  });

  it('is told what it was charged when it is sent again, also where the money for the rest is gone', async () => {
    const keyed = { ...headers, 'idempotency-key': crypto.randomUUID() };
    const body = { prompt: 'cat', seeds: [0, 1] };
    edge.backend.during = async (seed) => {
      if (seed === 1) throw new ApiError('backend_unavailable');
    };
    expect(await answerOf(edge.generate(body, keyed))).toMatchObject({ status: 503, units: '10' });
    edge.backend.during = undefined;
    expect(await answerOf(send({ prompt: 'dog', n: 9 }))).toMatchObject({ status: 200, units: '90' });
    clock.advance(2_000);
    const again = await answerOf(edge.generate(body, keyed));
    expect(again).toMatchObject({ status: 402, units: '10' });
    expect(again.error?.message).toMatch(/1 of 2 files were made and charged \(10 units\)/u);
    expect(await ledger.balance()).toMatchObject({ spent: 100, reserved: 0 });
  });

  it('is answered at once, also where another of them is somebody else’s and slow', async () => {
    const slow = Promise.withResolvers<void>();
    edge.backend.during = (seed) => (seed === 0 ? slow.promise : Promise.resolve());
    const other = edge.generate({ prompt: 'cat', seed: 0 }, { authorization: `Bearer ${await issueKey()}` });
    await begun(1);
    edge.backend.failure = new ApiError('backend_unavailable');
    const { status } = await answerOf(send({ prompt: 'cat', seeds: [0, 1] }));
    expect(status).toBe(503);
    expect(await ledger.balance()).toMatchObject({ spent: 0, reserved: 0 });
    edge.backend.failure = undefined;
    slow.resolve();
    expect((await other).status).toBe(200);
  });
});
