import { expect, it } from 'vitest';
import { createGalip, type Galip } from '../../edge/client/create-galip.ts';
import * as errors from '../../edge/client/errors.ts';
import { createTestEdge, issueKey } from './fakes/test-edge.ts';

const edge = createTestEdge();

function connect(apiKey: string): Galip {
  const fetcher: typeof fetch = (input, init) => edge.fetch(String(input).slice(edge.origin.length), init);
  return createGalip({ baseUrl: edge.origin, apiKey, fetch: fetcher, retries: 0 });
}

async function all<T>(entries: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const entry of entries) found.push(entry);
  return found;
}

it('keeps webhooks', async () => {
  const { webhooks } = connect(await issueKey());
  const { id, secret } = await webhooks.create({ url: 'https://example.com/hook' });
  expect(await webhooks.get(id)).toMatchObject({ id, enabled: true });
  expect(await webhooks.change(id, { enabled: false })).toMatchObject({ enabled: false });
  expect((await webhooks.rotateSecret(id)).secret).not.toBe(secret);
  expect(await webhooks.list()).toMatchObject([{ id, enabled: false }]);
  expect(await webhooks.deliveries(id)).toEqual([]);
  await expect(webhooks.replay(id, 'none')).rejects.toBeInstanceOf(errors.NotFoundError);
  expect(await webhooks.delete(id)).toBeUndefined();
  await expect(webhooks.get(id)).rejects.toBeInstanceOf(errors.NotFoundError);
});

it('keeps tenants and keys, of which it lists more than a page', async () => {
  const operator = await issueKey({ scopes: ['admin'], tenant: 'operator', operator: true });
  const { keys, tenants } = connect(operator).admin;
  const { id: tenant } = await tenants.create({ id: 'acme', name: 'Acme' });
  expect(await tenants.change(tenant, { name: 'Acme Ltd.' })).toMatchObject({
    id: 'acme',
    name: 'Acme Ltd.',
  });
  const grant = { id: 'invoice-7', units: 1_000 };
  await tenants.credit(tenant, grant);
  expect(await tenants.credit(tenant, grant)).toMatchObject({ available: 1_000 });
  expect(await tenants.balance(tenant)).toMatchObject({ tenant, credited: 1_000, spent: 0 });
  expect((await all(tenants.list())).map(({ id }) => id)).toContain('acme');
  const made = [];
  for (let at = 0; at < 101; at++) {
    made.push((await keys.create({ tenant, name: `key ${at}`, scopes: ['generate'] })).id);
  }
  expect((await all(keys.list({ tenant }))).map(({ id }) => id).sort()).toEqual(made.sort());
  const [id = ''] = made;
  expect(await keys.change(id, { name: 'changed' })).toMatchObject({ name: 'changed' });
  const { key = '' } = await keys.reroll(id, { overlap_s: 0 });
  const { data } = await connect(key).images.create({ prompt: 'a red apple' });
  expect(data).toHaveLength(1);
  await keys.revoke(id);
  expect((await keys.get(id)).revoked_at).not.toBeNull();
  await expect(connect(key).admin.tenants.get(tenant)).rejects.toBeInstanceOf(errors.GalipError);
});
