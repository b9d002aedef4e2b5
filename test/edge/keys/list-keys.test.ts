import { describe, expect, it } from 'vitest';
import { issueKey } from '../fakes/test-edge.ts';
import { createAdminClient, idOf } from './admin-client.ts';

// Every test has a tenant of its own.
const operator = await createAdminClient();

describe('GET /v1/admin/keys', () => {
  it('pages through all keys, newest first, each once', async () => {
    const issued = [];
    for (const createdAt of [5, 5, 5, 9, 1, 9, 2]) {
      issued.push({ createdAt, id: idOf(await issueKey({ tenant: 'paged', createdAt })) });
    }
    const sorted = issued.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
    for (const limit of [1, 2, 3, 7, 100]) {
      const seen: string[] = [];
      let after = '';
      do {
        const { status, body } = await operator.call('GET', `/keys?tenant=paged&limit=${limit}${after}`);
        expect(status).toBe(200);
        expect(body.data.length).toBeLessThanOrEqual(limit);
        seen.push(...body.data.map(({ id }: { id: string }) => id));
        after = body.next_cursor === null ? '' : `&after=${body.next_cursor}`;
      } while (after !== '');
      expect(seen).toEqual(sorted.map(({ id }) => id));
    }
  });

  it('goes on where it was when keys are made meanwhile', async () => {
    for (const createdAt of [1, 2, 3]) await issueKey({ tenant: 'growing', createdAt });
    const { body: first } = await operator.call('GET', '/keys?tenant=growing&limit=2');
    await issueKey({ tenant: 'growing', createdAt: 4 });
    const { body: second } = await operator.call('GET', `/keys?tenant=growing&after=${first.next_cursor}`);
    expect(second.data.map(({ created_at }: { created_at: number }) => created_at)).toEqual([1]);
    expect(second.next_cursor).toBeNull();
  });

  it('shows an operator every tenant, and never a hash or a secret', async () => {
    const key = await issueKey({ tenant: 'shown', createdAt: 4_000_000_000 });
    const { body } = await operator.call('GET', '/keys?limit=1');
    expect(body.data).toMatchObject([{ tenant: 'shown', id: idOf(key) }]);
    expect(JSON.stringify(body)).not.toMatch(/hash|[0-9a-f]{64}|[0-9A-Za-z]{49}/u);
  });

  it('tells which keys hold no longer', async () => {
    await issueKey({ tenant: 'states', createdAt: 3, expiresAt: 1 });
    await issueKey({ tenant: 'states', createdAt: 2, revokedAt: 1, expiresAt: 1 });
    await issueKey({ tenant: 'states', createdAt: 1 });
    const { body } = await operator.call('GET', '/keys?tenant=states');
    expect(body.data.map(({ status }: { status: string }) => status)).toEqual([
      'expired',
      'revoked',
      'active',
    ]);
  });

  it.each([
    ['limit', 'limit=0'],
    ['limit', 'limit=101'],
    ['limit', 'limit=1e1'],
    ['limit', 'limit='],
    ['limit', 'limit=1&limit=2'],
    ['after', 'after=x'],
    ['after', 'after=-1_AAAAAAAAAAAA'],
    ['after', "after=1_' OR 1=1"],
    ['order', 'order=asc'],
  ])('refuses %s: %s', async (param, query) => {
    const { status, body } = await operator.call('GET', `/keys?${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { code: 'invalid_request', param } });
  });
});
