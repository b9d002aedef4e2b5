import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createDurableLedgers } from '../../../edge/durable/ledger-object.ts';
import { NO_LIMITS } from '../../../edge/keys/key-record.ts';
import { NO_TENANT_LIMITS } from '../../../edge/keys/tenant.ts';
import type { Ledger } from '../../../edge/ledger/ledger.ts';
import { createTenantAccounts } from '../../../edge/ledger/tenant-accounts.ts';
import { reconcile } from '../../../edge/usage/reconcile.ts';
import { storeUsage } from '../../../edge/usage/store-usage.ts';
import { tenantLedger } from '../fakes/tenant-ledger.ts';
import { createTestEdge } from '../fakes/test-edge.ts';
import { createAdminClient } from '../keys/admin-client.ts';

const TODAY = new Date().toISOString().slice(0, 10);
const edge = createTestEdge({ prices: { picture: 10, resample: 0, hit: 0 }, now: () => Date.now() });
const operator = await createAdminClient({ edge });

function reserve(ledger: Ledger, keyId: string, chargeId: string) {
  return ledger.reserve({
    requestKey: chargeId,
    spender: { keyId, plan: 'prepaid', limits: NO_LIMITS, tenantLimits: NO_TENANT_LIMITS },
    model: 'emoji-v0',
    lines: [{ chargeId, fingerprint: 'f'.repeat(64), units: 1 }],
    leaseMs: 60_000,
  });
}

/** A key's text, and which shard it is in. */
async function newKey(
  tenant: string,
  scopes = ['generate', 'read'],
): Promise<{ key: string; shard: number }> {
  const { status, body } = await operator.call('POST', '/keys', { tenant, name: 'a key', scopes });
  expect(status).toBe(201);
  return body;
}

async function generate(key: string, prompt: string, headers: Record<string, string> = {}) {
  const response = await edge.generate({ prompt }, { authorization: `Bearer ${key}`, ...headers });
  // biome-ignore lint/suspicious/noExplicitAny: any JSON
  return { status: response.status, headers: response.headers, body: await response.json<any>() };
}

async function get(key: string, path: string) {
  const response = await edge.fetch(path, { headers: { authorization: `Bearer ${key}` } });
  expect(response.status).toBe(200);
  // biome-ignore lint/suspicious/noExplicitAny: any JSON
  return response.json<any>();
}

/** What the alarm of a ledger would send to the usage queue, straight into its tables. */
async function arrive(name: string): Promise<void> {
  const stub = env.LEDGER.getByName(name);
  const bodies = await runInDurableObject(stub, (_, state) =>
    state.storage.sql.exec('SELECT count(*) AS messages FROM outbox').toArray(),
  );
  expect(bodies[0]?.messages).toBeGreaterThan(0);
  const charges = await createDurableLedgers(env.LEDGER)(name).charges({ day: TODAY, after: '', limit: 100 });
  const events = charges.flatMap((charge) => [
    { kind: 'charge' as const, charge, version: 1 },
    { ...charge, kind: 'answer' as const, answeredAt: charge.settledAt },
  ]);
  await storeUsage(
    env.DB,
    events.map((body, index) => ({ id: `${name}-${index}`, body })),
    Date.now(),
  );
  await runDurableObjectAlarm(stub);
}

describe('a tenant in several Durable Objects', () => {
  it('has exactly as many of 400 concurrent requests granted as it has credit', async () => {
    const tenant = 'hot';
    const account = tenantLedger(tenant, 0, 3);
    await account.credit({ id: 'grant', units: 100, note: '' });
    const reservations = await Promise.all(
      Array.from({ length: 400 }, (_, index) => {
        const shard = index % 4;
        return reserve(tenantLedger(tenant, shard), `key-${shard}`, `charge-${index}`);
      }),
    );
    expect(reservations.filter(({ granted }) => granted)).toHaveLength(100);
    expect(await account.balance()).toEqual({
      credited: 100,
      spent: 0,
      reserved: 100,
      available: 0,
      billed: 0,
    });
  }, 60_000);

  it('keeps its history, and adds up in balance, usage, receipts and reconciliation', async () => {
    await operator.call('POST', '/tenants', { id: 'grown', name: 'Grown' });
    await operator.call('POST', '/tenants/grown/credits', { id: 'payment', units: 45 });
    const old = await newKey('grown');
    expect(old.shard).toBe(0);
    expect((await generate(old.key, 'before')).body.usage).toEqual({ units: 10, remaining: 35 });

    expect((await operator.call('PATCH', '/tenants/grown', { shards: 2 })).body.shards).toBe(2);
    const keys = [await newKey('grown'), await newKey('grown')];
    expect(keys.map(({ shard }) => shard)).toEqual([1, 2]);
    for (const [index, { key }] of keys.entries())
      expect((await generate(key, `new ${index}`)).status).toBe(200);
    expect((await generate(old.key, 'after')).status).toBe(200);
    const [one] = keys;
    if (!one) throw new Error('there are two');
    for (const { key } of [old, ...keys]) {
      const refused = await generate(key, 'too many');
      expect(refused.status).toBe(402);
      expect(refused.body.error.message).toContain('10 units; 5 are left');
      expect(refused.headers.get('x-usage-remaining')).toBe('5');
    }

    expect(await get(one.key, '/v1/balance')).toMatchObject({
      credited: 45,
      spent: 40,
      reserved: 0,
      available: 5,
    });
    const usage = await get(one.key, `/v1/usage?group_by=key&from=${TODAY}&to=${TODAY}`);
    // Four that were made, and one that each of the keys was refused.
    expect(usage.total).toEqual({ pictures: 4 + 3, units: 40 });
    const { data } = await get(one.key, `/v1/usage?group_by=outcome&from=${TODAY}&to=${TODAY}`);
    expect(data).toMatchObject([
      { group: 'generated', pictures: 4 },
      { group: 'refused', pictures: 3 },
    ]);
    expect(usage.data.map(({ units }: { units: number }) => units).sort()).toEqual([10, 10, 20]);
    const receipts = await edge.fetch(`/v1/receipts?day=${TODAY}`, {
      headers: { authorization: `Bearer ${one.key}` },
    });
    const lines = new TextDecoder()
      .decode(await receipts.arrayBuffer())
      .trim()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line).tenant)).toEqual(['grown', 'grown', 'grown', 'grown']);

    for (const name of ['grown', 'grown#1', 'grown#2']) await arrive(name);
    const options = {
      db: env.DB,
      accountOf: createTenantAccounts(createDurableLedgers(env.LEDGER)),
      now: () => Date.now() + 3_600_000,
    };
    const counted = await reconcile({ id: 'grown', shards: 2 }, TODAY, options);
    expect(counted).toEqual({ tenant: 'grown', day: TODAY, charges: 4, differences: [] });
    await env.DB.prepare("UPDATE usage_charges SET units = 1 WHERE tenant = 'grown' AND key_id = ?")
      .bind(one.key.split('_')[2])
      .run();
    const { differences } = await reconcile({ id: 'grown', shards: 2 }, TODAY, options);
    expect(differences).toMatchObject([{ source: 'charges', ledgerUnits: 10, sourceUnits: 1 }]);
  });

  it('keeps its budgets over all of them', async () => {
    const limits = { day_units: 20 };
    await operator.call('POST', '/tenants', { id: 'capped', name: 'x', plan: 'postpaid', shards: 3, limits });
    const keys = [await newKey('capped'), await newKey('capped'), await newKey('capped')];
    expect(keys.map(({ shard }) => shard)).toEqual([1, 2, 3]);
    const answers = await Promise.all(keys.map(({ key }, index) => generate(key, `capped ${index}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 429]);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body.error.message).toContain("10 units; 0 are left of today's budget of the tenant");
    expect(await get(keys[0]?.key ?? '', '/v1/balance')).toMatchObject({ billed: 20 });
  });

  it('takes an Idempotency-Key for another request by a key of another of its ledgers', async () => {
    await operator.call('POST', '/tenants', { id: 'twice', name: 'x', plan: 'postpaid', shards: 2 });
    const [one, other, third] = [await newKey('twice'), await newKey('twice'), await newKey('twice')];
    const headers = { 'idempotency-key': 'the-same' };
    expect((await generate(one.key, 'once', headers)).status).toBe(200);
    const replayed = await generate(third.key, 'once', headers);
    expect([third.shard, replayed.status]).toEqual([one.shard, 200]);
    expect(replayed.headers.get('idempotency-replayed')).toBe('true');
    const reused = await generate(other.key, 'once', headers);
    expect([reused.status, reused.body.error.code]).toEqual([422, 'idempotency_key_reused']);
    expect(await get(one.key, '/v1/balance')).toMatchObject({ billed: 10 });
  });
});

describe('the number of shards', () => {
  it('grows, and never shrinks', async () => {
    const { body } = await operator.call('POST', '/tenants', { id: 'growing', name: 'x' });
    expect(body.shards).toBe(0);
    expect((await operator.call('PATCH', '/tenants/growing', { shards: 4 })).body.shards).toBe(4);
    expect((await operator.call('PATCH', '/tenants/growing', { name: 'y' })).body.shards).toBe(4);
    const { status, body: refused } = await operator.call('PATCH', '/tenants/growing', { shards: 3 });
    expect([status, refused.error.code, refused.error.param]).toEqual([409, 'conflict', 'shards']);
    expect((await operator.call('GET', '/tenants/growing')).body.shards).toBe(4);
  });

  it.each([-1, 33, 1.5, '2', null])('is not %j', async (shards) => {
    await operator.call('POST', '/tenants', { id: 'wrong', name: 'x' });
    for (const [method, path, body] of [
      ['POST', '/tenants', { id: 'other', name: 'x', shards }],
      ['PATCH', '/tenants/wrong', { shards }],
    ] as const) {
      const answer = await operator.call(method, path, body);
      expect(answer.status).toBe(400);
      expect(answer.body.error).toMatchObject({ code: 'invalid_request', param: 'shards' });
    }
  });

  it('is the operator’s to set', async () => {
    const own = await createAdminClient({ edge, tenant: 'modest' });
    expect((await own.call('PATCH', '/tenants/modest', { shards: 1 })).status).toBe(403);
  });
});
