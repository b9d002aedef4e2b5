import { describe, expect, it } from 'vitest';
import { issueKey } from '../fakes/test-edge.ts';
import { createAdminClient, idOf } from './admin-client.ts';

// An admin key of a tenant that is no operator, and things of another tenant.
const own = await createAdminClient({ tenant: 'own' });
const { edge } = own;
const foreign = idOf(await issueKey({ tenant: 'other' }));
const mine = idOf(await issueKey({ tenant: 'own' }));
const NEW = { name: 'x', scopes: ['generate'] };

describe('an admin key of a tenant that is no operator', () => {
  it.each<[method: string, path: (id: string, tenant: string) => string, body?: unknown]>([
    ['GET', (id) => `/keys/${id}`],
    ['PATCH', (id) => `/keys/${id}`, { name: 'taken' }],
    ['PATCH', (id) => `/keys/${id}`, { name: 7 }],
    ['DELETE', (id) => `/keys/${id}`],
    ['POST', (id) => `/keys/${id}/reroll`, {}],
    ['GET', (_, tenant) => `/keys?tenant=${tenant}`],
    ['GET', (_, tenant) => `/tenants/${tenant}`],
    ['PATCH', (_, tenant) => `/tenants/${tenant}`, { name: 'taken' }],
  ])(
    'gets the same 404 for what is another’s and for what is not there: %s %s',
    async (method, path, body) => {
      const [others, none] = [
        await own.call(method, path(foreign, 'other'), body),
        await own.call(method, path('AAAAAAAAAAAA', 'nobody'), body),
      ];
      expect(others.status).toBe(404);
      expect(others.body).toEqual(none.body);
      expect(others.body.error.code).toBe('not_found');
    },
  );

  it('makes no key for another tenant, there or not', async () => {
    const [others, none] = [
      await own.call('POST', '/keys', { ...NEW, tenant: 'other' }),
      await own.call('POST', '/keys', { ...NEW, tenant: 'nobody' }),
    ];
    expect(others.status).toBe(404);
    expect(others.body).toEqual(none.body);
  });

  it('has changed nothing of the other’s', async () => {
    const operator = await createAdminClient({ edge });
    expect((await operator.call('GET', `/keys/${foreign}`)).body).toMatchObject({
      name: 'a test',
      status: 'active',
      previous_secret_expires_at: null,
    });
    expect((await operator.call('GET', '/tenants/other')).body).toMatchObject({ name: 'other' });
  });

  it('sees its own keys and its own tenant alone', async () => {
    const { body: keys } = await own.call('GET', '/keys?limit=100');
    expect(new Set(keys.data.map(({ tenant }: { tenant: string }) => tenant))).toEqual(new Set(['own']));
    expect(keys.data.map(({ id }: { id: string }) => id)).toContain(mine);
    const { body: tenants } = await own.call('GET', '/tenants');
    expect(tenants.data).toMatchObject([{ id: 'own', operator: false }]);
    // A position among another's keys shows none of them.
    const { body: page } = await own.call('GET', `/keys?after=4000000000_${foreign}`);
    expect(page.data.map(({ tenant }: { tenant: string }) => tenant)).not.toContain('other');
  });

  it('manages its own keys', async () => {
    expect((await own.call('POST', '/keys', NEW)).body).toMatchObject({ tenant: 'own' });
    expect((await own.call('POST', '/keys', { ...NEW, tenant: 'own' })).status).toBe(201);
    expect((await own.call('PATCH', `/keys/${mine}`, { name: 'y' })).status).toBe(200);
    expect((await own.call('POST', `/keys/${mine}/reroll`, {})).status).toBe(200);
    expect((await own.call('DELETE', `/keys/${mine}`)).status).toBe(200);
  });

  it.each([
    ['POST', '/tenants', { id: 'self-made', name: 'x' }],
    ['PATCH', '/tenants/own', { plan: 'postpaid' }],
    ['PATCH', '/tenants/own', {}],
  ])('does not make or change tenants: %s %s', async (method, path, body) => {
    const answer = await own.call(method, path, body);
    expect(answer.status).toBe(403);
    expect(answer.body.error).toMatchObject({
      code: 'insufficient_scope',
      message: expect.stringContaining('operator'),
    });
  });
});

describe('every admin endpoint', () => {
  it.each([
    ['POST', '/keys'],
    ['GET', '/keys'],
    ['GET', `/keys/${mine}`],
    ['PATCH', `/keys/${mine}`],
    ['DELETE', `/keys/${mine}`],
    ['POST', `/keys/${mine}/reroll`],
    ['POST', '/tenants'],
    ['GET', '/tenants'],
    ['GET', '/tenants/own'],
    ['PATCH', '/tenants/own'],
  ])('%s %s needs a key, and scope admin', async (method, path) => {
    expect((await edge.fetch(`/v1/admin${path}`, { method })).status).toBe(401);
    const other = await createAdminClient({ edge, scopes: ['generate', 'read'] });
    const body = method === 'GET' || method === 'DELETE' ? undefined : {};
    const answer = await other.call(method, path, body);
    expect(answer.status).toBe(403);
    expect(answer.body.error).toMatchObject({
      code: 'insufficient_scope',
      message: expect.stringContaining('admin'),
    });
  });
});
