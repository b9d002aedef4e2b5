import { beforeAll, describe, expect, it } from 'vitest';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import { createReceiptVerifier, receiptSchema } from '../../../gpu-backend/contract/receipt.ts';
import { createTestEdge, issueKey, RECEIPT_SIGNING_KEY } from '../fakes/test-edge.ts';

const edge = createTestEdge({ prices: { picture: 2, resample: 0, hit: 0 }, now: () => Date.now() });
const TODAY = new Date().toISOString().slice(0, 10);
const SCOPES = ['generate', 'read'] as const;

async function bearer(options: Parameters<typeof issueKey>[0]): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await issueKey({ scopes: SCOPES, ...options })}` };
}

async function get(path: string, headers: Record<string, string>) {
  const response = await edge.fetch(path, { headers });
  return { status: response.status, body: await response.json<Record<string, unknown>>() };
}

let operator: Record<string, string>;
beforeAll(async () => {
  operator = await bearer({ tenant: 'operator', operator: true, scopes: ['admin'] });
});

function grant(tenant: string, body: unknown, headers = operator): Promise<Response> {
  return edge.fetch(`/v1/admin/tenants/${tenant}/credits`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

describe('GET /v1/balance', () => {
  it('shows credit, what was spent of it, and what is left', async () => {
    const headers = await bearer({ tenant: 'prepaid', plan: 'prepaid' });
    expect((await grant('prepaid', { id: 'payment-1', units: 5 })).status).toBe(200);
    expect((await edge.generate({ prompt: 'a balance', n: 2 }, headers)).status).toBe(200);
    expect(await get('/v1/balance', headers)).toEqual({
      status: 200,
      body: {
        object: 'balance',
        tenant: 'prepaid',
        plan: 'prepaid',
        credited: 5,
        spent: 4,
        reserved: 0,
        available: 1,
        billed: 0,
      },
    });
    const refused = await edge.generate({ prompt: 'one too many' }, headers);
    expect(refused.status).toBe(402);
    expect(refused.headers.get('x-usage-remaining')).toBe('1');
    expect(await refused.json()).toMatchObject({
      error: { code: 'insufficient_credits', message: expect.stringContaining('2 units; 1') },
    });
  });

  it('shows what is to be paid afterwards', async () => {
    const headers = await bearer({ tenant: 'postpaid' });
    await edge.generate({ prompt: 'a bill' }, headers);
    const { body } = await get('/v1/balance', headers);
    expect(body).toMatchObject({ plan: 'postpaid', available: null, billed: 2, spent: 0 });
  });

  it.each(['/v1/balance', '/v1/usage', '/v1/receipts'])('%s needs read or admin', async (path) => {
    expect((await edge.fetch(path)).status).toBe(401);
    const headers = await bearer({ scopes: ['generate'] });
    expect((await edge.fetch(path, { headers })).status).toBe(403);
  });
});

describe('GET /v1/usage', () => {
  it.each([
    ['day', [{ group: TODAY, pictures: 3, units: 4 }]],
    ['model', [{ group: 'emoji-v0', pictures: 3, units: 4 }]],
    [
      'outcome',
      [
        { group: 'cache_hit', pictures: 1, units: 0 },
        { group: 'generated', pictures: 2, units: 4 },
      ],
    ],
  ])('totals by %s', async (group, data) => {
    const headers = await bearer({ tenant: `usage-${group}` });
    await edge.generate({ prompt: `usage by ${group}`, n: 2 }, headers);
    await edge.generate({ prompt: `usage by ${group}` }, headers);
    const { status, body } = await get(`/v1/usage?group_by=${group}&from=${TODAY}&to=${TODAY}`, headers);
    expect(status).toBe(200);
    expect(body).toMatchObject({ object: 'usage', from: TODAY, to: TODAY, group_by: group, data });
    expect(body.total).toEqual({ pictures: 3, units: 4 });
  });

  it('totals by outcome also what was moderated, failed, or refused by a limit', async () => {
    const headers = await bearer({ tenant: 'usage-free', plan: 'prepaid' });
    await grant('usage-free', { id: 'grant', units: 2 });
    edge.backend.failure = new ApiError('content_moderated');
    expect((await edge.generate({ prompt: 'usage of a moderated picture' }, headers)).status).toBe(400);
    edge.backend.failure = new ApiError('backend_unavailable');
    expect((await edge.generate({ prompt: 'usage of a failure' }, headers)).status).toBe(503);
    edge.backend.failure = undefined;
    expect((await edge.generate({ prompt: 'usage of a picture' }, headers)).status).toBe(200);
    for (const n of [2, 3]) {
      expect((await edge.generate({ prompt: 'usage of a refusal', n }, headers)).status).toBe(402);
    }
    const { body } = await get('/v1/usage?group_by=outcome', headers);
    expect(body).toMatchObject({
      data: [
        { group: 'failed', pictures: 1, units: 0 },
        { group: 'generated', pictures: 1, units: 2 },
        { group: 'moderated', pictures: 1, units: 0 },
        { group: 'refused', pictures: 5, units: 0 },
      ],
      total: { pictures: 8, units: 2 },
    });
  });

  it('totals this month by day, of this tenant alone, unless told otherwise', async () => {
    const headers = await bearer({ tenant: 'usage-none' });
    const { body } = await get('/v1/usage', headers);
    const from = `${TODAY.slice(0, 7)}-01`;
    expect(body).toMatchObject({
      from,
      to: TODAY,
      group_by: 'day',
      data: [],
      total: { pictures: 0, units: 0 },
    });
  });

  it.each([
    ['group_by=tenant', 'group_by'],
    ['from=2026-13-01', 'from'],
    ['to=yesterday', 'to'],
    ['from=2026-11-02&to=2026-11-01', 'from'],
    ['from=2025-01-01&to=2026-11-01', 'from'],
    ['tenant=other', 'tenant'],
    ['from=2026-11-01&from=2026-11-02', 'from'],
  ])('refuses ?%s', async (query, param) => {
    const { status, body } = await get(`/v1/usage?${query}`, await bearer({}));
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { code: 'invalid_request', param } });
  });
});

describe('GET /v1/admin/tenants/{id}/balance', () => {
  it('shows an operator what the tenant sees, and nobody else', async () => {
    const headers = await bearer({
      tenant: 'watched',
      plan: 'prepaid',
      scopes: ['generate', 'read', 'admin'],
    });
    await grant('watched', { id: 'payment-1', units: 5 });
    await edge.generate({ prompt: 'a watch' }, headers);
    const own = await get('/v1/balance', headers);
    expect(own.body).toMatchObject({ tenant: 'watched', spent: 2, available: 3 });
    expect(await get('/v1/admin/tenants/watched/balance', operator)).toEqual(own);
    expect(await get('/v1/admin/tenants/watched/balance', headers)).toEqual(own);
    const stranger = await bearer({ tenant: 'stranger', scopes: ['admin'] });
    expect((await get('/v1/admin/tenants/watched/balance', stranger)).status).toBe(404);
    expect((await get('/v1/admin/tenants/nobody/balance', operator)).status).toBe(404);
  });
});

describe('POST /v1/admin/tenants/{id}/credits', () => {
  it('grants once for each id', async () => {
    const headers = await bearer({ tenant: 'granted', plan: 'prepaid' });
    await grant('granted', { id: 'payment-1', units: 5 });
    await grant('granted', { id: 'payment-1', units: 5, note: 'again' });
    expect((await get('/v1/balance', headers)).body).toMatchObject({ credited: 5 });
    const other = await grant('granted', { id: 'payment-1', units: 6 });
    expect(other.status).toBe(409);
    expect(await other.json()).toMatchObject({ error: { code: 'conflict', param: 'id' } });
    expect((await get('/v1/balance', headers)).body).toMatchObject({ credited: 5 });
  });

  it.each([[{}], [{ id: 'x', units: 0 }], [{ id: 'x', units: 1.5 }], [{ id: 'x y', units: 1 }]])(
    'refuses %j',
    async (body) => {
      await bearer({ tenant: 'granted' });
      expect((await grant('granted', body)).status).toBe(400);
    },
  );

  it('is for operators alone', async () => {
    const headers = await bearer({ tenant: 'greedy', scopes: ['admin'] });
    expect((await grant('greedy', { id: 'x', units: 1 }, headers)).status).toBe(403);
    expect((await grant('nobody', { id: 'x', units: 1 })).status).toBe(404);
  });
});

describe('GET /v1/receipts', () => {
  it('signs each charge, so that the published key verifies it', async () => {
    const headers = await bearer({ tenant: 'receipts' });
    await edge.generate({ prompt: 'a receipt', n: 2 }, headers);
    const response = await edge.fetch(`/v1/receipts?day=${TODAY}`, { headers });
    expect(response.headers.get('content-type')).toMatch(/^application\/jsonl/u);
    const receipts = new TextDecoder()
      .decode(await response.arrayBuffer())
      .trim()
      .split('\n')
      .map((line) => receiptSchema.parse(JSON.parse(line)));
    const { body } = await get('/.well-known/galip-receipts.json', {});
    const verify = createReceiptVerifier(body.keys as (typeof RECEIPT_SIGNING_KEY)[]);
    expect(receipts).toHaveLength(2);
    for (const receipt of receipts) {
      expect(receipt).toMatchObject({ tenant: 'receipts', outcome: 'generated', units: 2, day: TODAY });
      expect(await verify(receipt)).toBe(true);
    }
  });

  it('publishes nothing of the private key', async () => {
    expect(JSON.stringify(await get('/.well-known/galip-receipts.json', {}))).not.toContain(
      RECEIPT_SIGNING_KEY.d,
    );
  });
});
