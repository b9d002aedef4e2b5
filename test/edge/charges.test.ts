import { beforeEach, describe, expect, it } from 'vitest';
import type { Account, Ledger } from '../../edge/ledger/ledger.ts';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { tenantLedger } from './fakes/tenant-ledger.ts';
import { createTestEdge, type IssueOptions, issueKey, NOW_MS, type TestEdge } from './fakes/test-edge.ts';

const PRICES = { picture: 10, resample: 3, hit: 1 };
const DRY = '/v1/images/generations?dry_run=true';

let edge: TestEdge;
let ledger: Ledger & Account;
let headers: { readonly authorization: string };

interface Answer {
  readonly data: readonly { readonly cache: string; readonly units: number }[];
  readonly units?: number;
  readonly usage?: { readonly units: number; readonly remaining: number | null };
  readonly error?: { readonly code: string; readonly message: string };
}

/** A tenant of its own, with credit where it is prepaid. */
async function tenant(credit: number | undefined, options: IssueOptions = {}): Promise<void> {
  const id = `pays-${crypto.randomUUID()}`;
  const plan = credit === undefined ? 'postpaid' : 'prepaid';
  headers = { authorization: `Bearer ${await issueKey({ tenant: id, plan, ...options })}` };
  ledger = tenantLedger(id);
  if (credit) await ledger.credit({ id: 'test', units: credit, note: 'test' });
}

async function generate(body: object) {
  const response = await edge.generate(body, headers);
  return { response, status: response.status, ...(await response.json<Answer>()) };
}

async function quote(body: object): Promise<number | undefined> {
  const response = await edge.fetch(DRY, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return (await response.json<Answer>()).units;
}

async function outcomes(): Promise<Record<string, [pictures: number, units: number]>> {
  const day = new Date().toISOString().slice(0, 10);
  const totals = await ledger.usage({ from: day, to: day, groupBy: 'outcome' });
  return Object.fromEntries(totals.map(({ group, pictures, units }) => [group, [pictures, units]]));
}

beforeEach(async () => {
  edge = createTestEdge({ prices: PRICES });
  await tenant(100);
});

describe('what a request is charged', () => {
  it('is the price of each picture: made, resampled, found, or the same again', async () => {
    const first = await generate({ prompt: 'cat', n: 2 });
    expect(first.data.map(({ cache, units }) => [cache, units])).toEqual([
      ['miss', 10],
      ['miss', 10],
    ]);
    const mixed = await generate({ prompt: 'cat', n: 4, seeds: [0, 5, 5, 1] });
    expect(mixed.data.map(({ cache, units }) => [cache, units])).toEqual([
      ['hit', 1],
      ['miss', 10],
      ['joined', 1],
      ['hit', 1],
    ]);
    expect(mixed.usage).toEqual({ units: 13, remaining: 67 });
    const resampled = await generate({ prompt: 'cat', size: '32x32' });
    expect(resampled.usage).toEqual({ units: 13, remaining: 54 });
    expect(await ledger.balance()).toMatchObject({ spent: 46, reserved: 0, available: 54 });
    expect(await outcomes()).toEqual({ generated: [4, 43], cache_hit: [2, 2], follower: [1, 1] });
  });

  it('stands in the headers', async () => {
    await tenant(100, { limits: { ratePerMinute: 60 } });
    const { response } = await generate({ prompt: 'cat' });
    expect(response.headers.get('x-usage-units')).toBe('10');
    expect(response.headers.get('x-usage-remaining')).toBe('90');
    expect(response.headers.get('ratelimit-policy')).toBe('"key";q=60;w=60');
    expect(response.headers.get('ratelimit')).toMatch(/^"key";r=59;t=\d+$/u);
  });

  it('is recorded in one call where every picture exists', async () => {
    await generate({ prompt: 'cat', n: 2 });
    const again = await generate({ prompt: 'cat', n: 2, response_format: 'b64_json' });
    expect(again.usage).toEqual({ units: 2, remaining: 78 });
  });

  it('is nothing where a picture fails, and all of it is free again', async () => {
    edge.backend.failure = new ApiError('backend_unavailable');
    const { status, response } = await generate({ prompt: 'cat', n: 3 });
    expect(status).toBe(503);
    expect(response.headers.get('x-usage-units')).toBeNull();
    expect(await ledger.balance()).toMatchObject({ spent: 0, reserved: 0, available: 100 });
    expect(await outcomes()).toEqual({ failed: [3, 0] });
  });

  it('is the price of a hit for who joins the flight of another', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => generate({ prompt: 'cat' })));
    expect(edge.backend.requests).toHaveLength(1);
    expect(answers.map(({ usage }) => usage?.units).sort()).toEqual([1, 1, 1, 1, 1, 1, 1, 10]);
    const { generated, ...others } = await outcomes();
    expect(generated).toEqual([1, 10]);
    expect(Object.values(others).reduce((sum, [pictures]) => sum + pictures, 0)).toBe(7);
  });

  it('is charged once however often it is sent under its Idempotency-Key', async () => {
    const again = { ...headers, 'idempotency-key': crypto.randomUUID() };
    for (let time = 0; time < 3; time++) {
      expect((await edge.generate({ prompt: 'cat' }, again)).status).toBe(200);
    }
    expect(await outcomes()).toEqual({ generated: [1, 10] });
  });
});

describe('a request that would pass a limit', () => {
  it('is 402 with the numbers, and makes nothing', async () => {
    await tenant(15);
    const { status, error, response } = await generate({ prompt: 'cat', n: 2 });
    expect(status).toBe(402);
    expect(error?.code).toBe('insufficient_credits');
    expect(error?.message).toMatch(/20 units.*15/u);
    expect(response.headers.get('x-usage-remaining')).toBe('15');
    expect(edge.backend.requests).toEqual([]);
    expect((await generate({ prompt: 'cat' })).status).toBe(200);
  });

  it('is 429 with the time to wait, where the key’s budget or rate ends', async () => {
    await tenant(undefined, { limits: { dayUnits: 15 } });
    await generate({ prompt: 'cat' });
    const budget = await generate({ prompt: 'dog' });
    expect([budget.status, budget.error?.code]).toEqual([429, 'budget_exceeded']);
    expect(Number(budget.response.headers.get('retry-after'))).toBeGreaterThan(0);
    await tenant(undefined, { limits: { ratePerMinute: 1 } });
    await generate({ prompt: 'cat' });
    const rate = await generate({ prompt: 'cat' });
    expect([rate.status, rate.error?.code]).toEqual([429, 'rate_limited']);
    expect(rate.response.headers.get('ratelimit')).toMatch(/^"key";r=0;/u);
  });

  it('is 429 where all keys of the tenant have spent its budget, tightest limit first in the headers', async () => {
    const owner = `budget-${crypto.randomUUID()}`;
    const options = { tenant: owner, tenantLimits: { dayUnits: 25, monthUnits: 40 } };
    const [one, other] = await Promise.all([
      issueKey({ ...options, limits: { totalUnits: 100 } }),
      issueKey(options),
    ]);
    headers = { authorization: `Bearer ${one}` };
    const made = await generate({ prompt: 'cat' });
    expect(made.usage).toEqual({ units: 10, remaining: 15 });
    expect(made.response.headers.get('x-usage-remaining')).toBe('15');
    headers = { authorization: `Bearer ${other}` };
    const refused = await generate({ prompt: 'dog', n: 2 });
    expect([refused.status, refused.error?.code]).toEqual([429, 'budget_exceeded']);
    expect(refused.error?.message).toMatch(/20 units; 15 are left of today's budget of the tenant/u);
    expect(refused.response.headers.get('x-usage-remaining')).toBe('15');
    expect(Number(refused.response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await generate({ prompt: 'dog' })).usage).toEqual({ units: 10, remaining: 5 });
  });

  it('lets exactly one of many through on the last credit', async () => {
    await tenant(10);
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, seed) => generate({ prompt: 'cat', seed })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 402)).toHaveLength(29);
    expect(edge.backend.requests).toHaveLength(1);
    expect(await ledger.balance()).toMatchObject({ spent: 10, reserved: 0, available: 0 });
  });
});

describe('a dry run', () => {
  it('tells the exact price, and makes, reserves and records nothing', async () => {
    const bodies = [
      { prompt: 'cat', n: 3 },
      { prompt: 'cat', n: 3, size: '256x256' },
      { prompt: 'cat', seeds: [0, 0, 9], n: 3 },
      { prompt: 'cat', seed: 'random' },
    ];
    for (const body of bodies) {
      const before = [edge.backend.requests.length, await ledger.balance()];
      const units = await quote(body);
      expect([edge.backend.requests.length, await ledger.balance()]).toEqual(before);
      expect((await generate(body)).usage?.units).toBe(units);
    }
  });

  it('refuses what the request would be refused for', async () => {
    const statusOf = async (path: string, body: object) =>
      (
        await edge.fetch(path, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
      ).status;
    expect(await statusOf(DRY, { prompt: '' })).toBe(400);
    expect(await statusOf(DRY, { prompt: 'cat', deadline: 60 })).toBe(400);
    expect(await statusOf(DRY, { prompt: 'cat', deadline: 60, async: true })).toBe(200);
    expect(await statusOf('/v1/images/generations?dry_run=yes', { prompt: 'cat' })).toBe(400);
    expect(await statusOf('/v1/images/generations?dry=true', { prompt: 'cat' })).toBe(400);
    edge = createTestEdge({ prices: PRICES, blockedTerms: ['cat'] });
    expect(await statusOf(DRY, { prompt: 'cat' })).toBe(400);
  });
});

describe('a ledger that lags behind the edge', () => {
  it('is given leases by its own clock', async () => {
    edge = createTestEdge({ prices: PRICES, now: () => NOW_MS + 1e12 });
    expect((await generate({ prompt: 'cat' })).status).toBe(200);
    expect(await ledger.balance()).toMatchObject({ spent: 10, reserved: 0 });
  });
});
