import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createD1KeyRegistry } from '../../../edge/keys/key-registry.ts';
import { createTestEdge } from '../fakes/test-edge.ts';
import { createAdminClient, idOf, statusWith } from './admin-client.ts';

const admin = await createAdminClient();
const NEW = { name: 'server', scopes: ['read'] };

async function post(path: string, body: object, key: string = crypto.randomUUID(), edge = admin.edge) {
  const response = await edge.fetch(`/v1/admin${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${admin.key}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify(body),
  });
  return {
    status: response.status,
    isReplayed: response.headers.get('idempotency-replayed') === 'true',
    location: response.headers.get('location'),
    // biome-ignore lint/suspicious/noExplicitAny: any JSON
    body: await response.json<any>(),
  };
}

async function keysNamed(name: string): Promise<number | undefined> {
  const query = env.DB.prepare('SELECT count(*) AS keys FROM api_keys WHERE name = ?').bind(name);
  return (await query.first<{ keys: number }>())?.keys;
}

describe('an admin POST with an Idempotency-Key', () => {
  it('makes one key, whose text no replay has and nothing keeps', async () => {
    const [first, again] = [await post('/keys', NEW, 'one-key'), await post('/keys', NEW, 'one-key')];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect([first.isReplayed, again.isReplayed]).toEqual([false, true]);
    const { key, ...rest } = first.body;
    expect(await statusWith(admin.edge, key)).toBe(200);
    expect(again.body).toEqual(rest);
    expect(again.location).toBe(first.location);
    expect((await post('/keys', { ...NEW, name: 'other' }, 'one-key')).status).toBe(422);
    expect(await keysNamed('other')).toBe(0);
  });

  it('makes one key also when the first try died behind it', async () => {
    const body = { ...NEW, name: 'died' };
    const real = createD1KeyRegistry(env.DB);
    const made: string[] = [];
    const edge = createTestEdge({
      keyRegistry: {
        ...real,
        async add(key) {
          await real.add(key);
          made.push(key.id);
          throw new Error('died behind it');
        },
      },
    });
    expect((await post('/keys', body, 'dies', edge)).status).toBe(500);
    const { status, body: answer } = await post('/keys', body, 'dies');
    expect([status, answer.id]).toEqual([201, made[0]]);
    expect(await keysNamed('died')).toBe(1);
    expect(await statusWith(admin.edge, answer.key)).toBe(200);
  });

  it('re-rolls once', async () => {
    const { body: made } = await post('/keys', { ...NEW, name: 'rolled' });
    const path = `/keys/${idOf(made.key)}/reroll`;
    const first = await post(path, { overlap_s: 60 }, 'one-roll');
    const again = await post(path, { overlap_s: 60 }, 'one-roll');
    expect(again.isReplayed).toBe(true);
    expect(again.body).not.toHaveProperty('key');
    for (const key of [made.key, first.body.key]) expect(await statusWith(admin.edge, key)).toBe(200);
  });

  it('makes a tenant and grants a credit once, and answers both again', async () => {
    const tenant = { id: 'once-only', name: 'x' };
    const grant = { id: 'payment', units: 5 };
    for (const [path, body] of [
      ['/tenants', tenant],
      ['/tenants/once-only/credits', grant],
    ] as const) {
      const first = await post(path, body, `once-${path}`);
      expect(first.status).toBeLessThan(300);
      expect(await post(path, body, `once-${path}`)).toEqual({ ...first, isReplayed: true });
    }
  });
});
