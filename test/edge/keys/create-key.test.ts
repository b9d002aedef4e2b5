import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { parseApiKey } from '../../../gpu-backend/contract/api-key.ts';
import { issueKey, NOW_MS } from '../fakes/test-edge.ts';
import { createAdminClient, statusWith } from './admin-client.ts';

const NOW_S = NOW_MS / 1000;
const admin = await createAdminClient();
const NEW = { name: 'server', scopes: ['generate', 'read'] };

describe('POST /v1/admin/keys', () => {
  it('issues a key that works at once, and shows it this once', async () => {
    const { status, body, headers } = await admin.call('POST', '/keys', NEW);
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/admin/keys/${body.id}`);
    expect(headers.get('cache-control')).toBe('no-store');
    const { key, ...rest } = body;
    expect(parseApiKey(key)).toMatchObject({ kind: 'live', id: body.id });
    expect(rest).toEqual({
      object: 'api_key',
      id: body.id,
      prefix: `glp_live_${body.id}_`,
      tenant: 'operator',
      name: 'server',
      kind: 'live',
      scopes: ['generate', 'read'],
      status: 'active',
      limits: { rate_per_minute: null, day_units: null, month_units: null, total_units: null },
      shard: 0,
      created_at: NOW_S,
      expires_at: null,
      revoked_at: null,
      last_used_at: null,
      previous_secret_expires_at: null,
    });
    expect(await statusWith(admin.edge, key)).toBe(200);
    const { body: again } = await admin.call('GET', `/keys/${body.id}`);
    expect(again).toEqual({ ...rest, last_used_at: NOW_S });
  });

  it('keeps a hash alone', async () => {
    const { body } = await admin.call('POST', '/keys', NEW);
    const row = await env.DB.prepare('SELECT * FROM api_keys WHERE id = ?').bind(body.id).first();
    const secret = body.key.split('_')[3];
    for (const value of Object.values(row ?? {})) expect(String(value)).not.toContain(secret.slice(0, 8));
    expect(row?.hash).toMatch(/^[0-9a-f]{64}$/u);
  });

  it('takes kind, expiry and limits', async () => {
    const limits = { rate_per_minute: 60, day_units: 0, month_units: 1000, total_units: null };
    const fields = { ...NEW, kind: 'test', expires_at: NOW_S + 60, limits };
    const { status, body } = await admin.call('POST', '/keys', fields);
    expect(status).toBe(201);
    expect(body).toMatchObject({ kind: 'test', expires_at: NOW_S + 60, limits });
    expect(body.key).toMatch(/^glp_test_/u);
  });

  it('gives a key to another tenant, where the caller manages it', async () => {
    await issueKey({ tenant: 'acme' });
    const { status, body } = await admin.call('POST', '/keys', { ...NEW, tenant: 'acme' });
    expect(status).toBe(201);
    expect(body.tenant).toBe('acme');
  });

  it('knows no tenant that is not there', async () => {
    const { status, body } = await admin.call('POST', '/keys', { ...NEW, tenant: 'nobody' });
    expect(status).toBe(404);
    expect(body).toMatchObject({ error: { code: 'not_found', param: 'tenant' } });
  });

  it.each<[param: string, fields: Record<string, unknown>, allowed: string]>([
    ['name', { name: undefined }, 'must be a string'],
    ['name', { name: '' }, 'must not be empty'],
    ['name', { name: 'n'.repeat(101) }, 'at most 100'],
    ['name', { name: 'a\nb' }, 'no control characters'],
    ['name', { name: '\ud800' }, 'no control characters'],
    ['scopes', { scopes: undefined }, 'generate, read, admin'],
    ['scopes', { scopes: [] }, 'at least one of generate, read, admin'],
    ['scopes', { scopes: 'generate' }, 'must be an array'],
    ['scopes[1]', { scopes: ['read', 'root'] }, 'one of generate, read, admin'],
    ['scopes', { scopes: ['read', 'read', 'read', 'read'] }, 'once'],
    ['kind', { kind: 'prod' }, '"live" or "test"'],
    ['expires_at', { expires_at: NOW_S }, 'later than now'],
    ['expires_at', { expires_at: NOW_MS + 1 }, 'seconds since 1970'],
    ['expires_at', { expires_at: '2027-01-01' }, 'seconds since 1970'],
    ['limits', { limits: [] }, 'must be an object'],
    ['limits.day_units', { limits: { day_units: -1 } }, 'integer ≥ 0'],
    ['limits.month_units', { limits: { month_units: 0.5 } }, 'integer ≥ 0'],
    ['limits.total_units', { limits: { total_units: 2 ** 53 } }, 'integer ≥ 0'],
    ['limits.rate_per_minute', { limits: { rate_per_minute: 0 } }, '1 … 1000000'],
    ['limits.week_units', { limits: { week_units: 1 } }, 'not a field'],
    ['operator', { operator: true }, 'allowed are tenant, name, kind, scopes, expires_at, limits'],
    ['id', { id: 'AAAAAAAAAAAA' }, 'not a field'],
    ['tenant', { tenant: 7 }, 'must be a string'],
  ])('refuses %s: %j', async (param, fields, allowed) => {
    const { status, body } = await admin.call('POST', '/keys', { ...NEW, ...fields });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 'invalid_request', param });
    expect(body.error.message).toContain(allowed);
  });

  it.each(['[]', '"x"', 'null', '{', ''])('refuses the body %j', async (text) => {
    const { status, body } = await admin.call('POST', '/keys', text);
    expect(status).toBe(400);
    expect(body.error.param).toBe('body');
  });

  it('needs scope admin', async () => {
    const other = await createAdminClient({ scopes: ['generate', 'read'], edge: admin.edge });
    expect((await other.call('POST', '/keys', NEW)).status).toBe(403);
  });
});
