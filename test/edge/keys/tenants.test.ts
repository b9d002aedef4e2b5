import { describe, expect, it } from 'vitest';
import { KEPT_MS } from '../../../edge/keys/kept-keys.ts';
import { createTestEdge, issueKey, NOW_MS } from '../fakes/test-edge.ts';
import { createAdminClient, statusWith } from './admin-client.ts';

const operator = await createAdminClient();
const NOW_S = NOW_MS / 1000;

const BAD_LIMITS: [param: string, fields: object][] = [
  ['limits', { limits: null }],
  ['limits', { limits: 5 }],
  ['limits.day_units', { limits: { day_units: -1 } }],
  ['limits.month_units', { limits: { month_units: 1.5 } }],
  ['limits.total_units', { limits: { total_units: '7' } }],
  ['limits.total_units', { limits: { total_units: 2 ** 53 } }],
  ['limits.rate_per_minute', { limits: { rate_per_minute: 1 } }],
];

describe('POST /v1/admin/tenants', () => {
  it('makes a tenant, prepaid unless told otherwise', async () => {
    const { status, body, headers } = await operator.call('POST', '/tenants', { id: 'new-1', name: 'New' });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe('/v1/admin/tenants/new-1');
    expect(body).toEqual({
      object: 'tenant',
      id: 'new-1',
      name: 'New',
      plan: 'prepaid',
      status: 'active',
      limits: { day_units: null, month_units: null, total_units: null },
      shards: 0,
      operator: false,
      created_at: NOW_S,
    });
    expect((await operator.call('GET', '/tenants/new-1')).body).toEqual(body);
  });

  it('leaves one of the same id as it is', async () => {
    await operator.call('POST', '/tenants', { id: 'twice', name: 'first', plan: 'postpaid' });
    const { status, body } = await operator.call('POST', '/tenants', { id: 'twice', name: 'second' });
    expect(status).toBe(409);
    expect(body.error).toMatchObject({ code: 'conflict', param: 'id' });
    expect((await operator.call('GET', '/tenants/twice')).body).toMatchObject({
      name: 'first',
      plan: 'postpaid',
    });
  });

  it.each([
    ['id', { id: 'Upper' }],
    ['id', { id: '' }],
    ['id', { id: '-a' }],
    ['id', { id: 'a'.repeat(64) }],
    ['id', { id: undefined }],
    ['name', { name: 7 }],
    ['plan', { plan: 'free' }],
    ['operator', { operator: true }],
    ['status', { status: 'suspended' }],
    ...BAD_LIMITS,
  ])('refuses %s: %j', async (param, fields) => {
    const { status, body } = await operator.call('POST', '/tenants', { id: 'valid', name: 'x', ...fields });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 'invalid_request', param });
  });
});

describe('PATCH /v1/admin/tenants/{id}', () => {
  it('changes what is named and nothing else', async () => {
    await operator.call('POST', '/tenants', { id: 'changing', name: 'before' });
    const { status, body } = await operator.call('PATCH', '/tenants/changing', { plan: 'postpaid' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: 'before', plan: 'postpaid', status: 'active' });
    expect((await operator.call('PATCH', '/tenants/changing', {})).body).toEqual(body);
    expect((await operator.call('PATCH', '/tenants/changing', { name: 'after' })).body.name).toBe('after');
  });

  it('suspends: the tenant’s keys open nothing within the bound, and open again when that ends', async () => {
    let nowMs = NOW_MS;
    const edge = createTestEdge({ now: () => nowMs });
    const key = await issueKey({ tenant: 'late-payer' });
    expect(await statusWith(edge, key)).toBe(200);
    await operator.call('PATCH', '/tenants/late-payer', { status: 'suspended' });
    nowMs += KEPT_MS;
    const response = await edge.fetch('/v1/models', { headers: { authorization: `Bearer ${key}` } });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ error: { code: 'tenant_suspended' } });
    await operator.call('PATCH', '/tenants/late-payer', { status: 'active' });
    nowMs += KEPT_MS;
    expect(await statusWith(edge, key)).toBe(200);
  });

  it('sets and lifts budgets, each on its own', async () => {
    const limits = { day_units: 5, total_units: 0 };
    const { body } = await operator.call('POST', '/tenants', { id: 'spender', name: 'x', limits });
    expect(body.limits).toEqual({ day_units: 5, month_units: null, total_units: 0 });
    const change = { limits: { day_units: null, month_units: 7 } };
    const { body: changed } = await operator.call('PATCH', '/tenants/spender', change);
    expect(changed).toEqual({ ...body, limits: { day_units: null, month_units: 7, total_units: 0 } });
    expect((await operator.call('PATCH', '/tenants/spender', { limits: {} })).body).toEqual(changed);
    expect((await operator.call('GET', '/tenants/spender')).body).toEqual(changed);
  });

  it('does not let an operator lock itself out', async () => {
    const { status, body } = await operator.call('PATCH', '/tenants/operator', { status: 'suspended' });
    expect(status).toBe(409);
    expect(body.error).toMatchObject({ code: 'conflict', param: 'status' });
  });

  it.each([
    ['plan', { plan: null }],
    ['status', { status: 'deleted' }],
    ['id', { id: 'renamed' }],
    ['operator', { operator: true }],
    ...BAD_LIMITS,
  ])('refuses %s: %j', async (param, change) => {
    await issueKey({ tenant: 'strict' });
    const { status, body } = await operator.call('PATCH', '/tenants/strict', change);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 'invalid_request', param });
  });
});

describe('GET /v1/admin/tenants', () => {
  it('pages through all tenants, each once', async () => {
    for (const id of ['p1', 'p2', 'p3']) await operator.call('POST', '/tenants', { id, name: id });
    const seen: string[] = [];
    let after = '';
    do {
      const { body } = await operator.call('GET', `/tenants?limit=2${after}`);
      seen.push(...body.data.map(({ id }: { id: string }) => id));
      after = body.next_cursor === null ? '' : `&after=${body.next_cursor}`;
    } while (after !== '');
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(['p1', 'p2', 'p3', 'operator']));
  });

  it('refuses what it does not know', async () => {
    expect((await operator.call('GET', '/tenants?name=x')).status).toBe(400);
    expect((await operator.call('GET', '/tenants/nobody')).status).toBe(404);
    expect((await operator.call('PATCH', '/tenants/nobody', {})).status).toBe(404);
  });
});
