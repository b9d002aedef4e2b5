import { describe, expect, it } from 'vitest';
import { issueKey, NOW_MS } from '../fakes/test-edge.ts';
import { createAdminClient, idOf } from './admin-client.ts';

const NOW_S = NOW_MS / 1000;
const admin = await createAdminClient();
const limits = { ratePerMinute: 6, dayUnits: 7, monthUnits: 8, totalUnits: 9 };

describe('PATCH /v1/admin/keys/{id}', () => {
  it('changes what is named and nothing else', async () => {
    const id = idOf(await issueKey({ limits, expiresAt: NOW_S + 9 }));
    const { body: before } = await admin.call('GET', `/keys/${id}`);
    const change = { name: 'renamed', limits: { day_units: null, total_units: 0 } };
    const { status, body } = await admin.call('PATCH', `/keys/${id}`, change);
    expect(status).toBe(200);
    expect(body).toEqual({
      ...before,
      name: 'renamed',
      limits: { rate_per_minute: 6, day_units: null, month_units: 8, total_units: 0 },
    });
    expect((await admin.call('GET', `/keys/${id}`)).body).toEqual(body);
  });

  it('changes scopes and expiry', async () => {
    const id = idOf(await issueKey({ expiresAt: NOW_S - 1 }));
    const { body } = await admin.call('PATCH', `/keys/${id}`, {
      scopes: ['admin', 'read'],
      expires_at: null,
    });
    expect(body).toMatchObject({ scopes: ['read', 'admin'], expires_at: null, status: 'active' });
  });

  it('leaves all as it is when nothing is named', async () => {
    const id = idOf(await issueKey({ limits }));
    const { body: before } = await admin.call('GET', `/keys/${id}`);
    expect(await admin.call('PATCH', `/keys/${id}`, {})).toMatchObject({ status: 200, body: before });
  });

  it('loses no change when two are made at once', async () => {
    const id = idOf(await issueKey());
    const fields = ['rate_per_minute', 'day_units', 'month_units', 'total_units'];
    await Promise.all(fields.map((field) => admin.call('PATCH', `/keys/${id}`, { limits: { [field]: 5 } })));
    const { body } = await admin.call('GET', `/keys/${id}`);
    expect(body.limits).toEqual({ rate_per_minute: 5, day_units: 5, month_units: 5, total_units: 5 });
  });

  it('changes nothing of a revoked key', async () => {
    const id = idOf(await issueKey({ revokedAt: 1 }));
    for (const change of [{}, { name: 'x' }]) {
      const { status, body } = await admin.call('PATCH', `/keys/${id}`, change);
      expect(status).toBe(409);
      expect(body).toMatchObject({ error: { code: 'conflict' } });
    }
  });

  it.each([
    ['kind', { kind: 'live' }],
    ['tenant', { tenant: 'operator' }],
    ['hash', { hash: '0'.repeat(64) }],
    ['expires_at', { expires_at: 1 }],
    ['limits.day_units', { limits: { day_units: '1' } }],
    ['scopes', { scopes: [] }],
  ])('refuses %s: %j', async (param, change) => {
    const { status, body } = await admin.call('PATCH', `/keys/${idOf(await issueKey())}`, change);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { code: 'invalid_request', param } });
  });
});

describe('GET /v1/admin/keys/{id}', () => {
  it.each(['AAAAAAAAAAAA', 'short', '%00', '%E0%A4%A', "' OR 1=1 --", '..%2Ftenants', 'AAAAAAAAAAAAA'])(
    'knows no %s',
    async (id) => {
      const { status, body } = await admin.call('GET', `/keys/${id}`);
      expect(status).toBe(404);
      expect(body).toMatchObject({ error: { code: 'not_found' } });
    },
  );
});
