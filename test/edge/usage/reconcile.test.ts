import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { createDurableLedgers } from '../../../edge/durable/ledger-object.ts';
import { NO_LIMITS } from '../../../edge/keys/key-record.ts';
import { NO_TENANT_LIMITS } from '../../../edge/keys/tenant.ts';
import { chargeIdOf } from '../../../edge/ledger/charge-id.ts';
import type { LedgerOf } from '../../../edge/ledger/ledger.ts';
import { createTenantAccounts } from '../../../edge/ledger/tenant-accounts.ts';
import { createTenantLedgers } from '../../../edge/ledger/tenant-ledgers.ts';
import { consumeUsage, USAGE_QUEUE } from '../../../edge/usage/consume-usage.ts';
import { logAnswers } from '../../../edge/usage/log-answers.ts';
import { reconcile } from '../../../edge/usage/reconcile.ts';
import { reconcileDays } from '../../../edge/usage/reconcile-days.ts';

const TODAY = new Date().toISOString().slice(0, 10);
const HOUR_MS = 3_600_000;
const SPENDER = {
  keyId: 'key',
  plan: 'postpaid',
  limits: NO_LIMITS,
  tenantLimits: NO_TENANT_LIMITS,
} as const;

/** After everything of now has had the time to arrive. */
const later = (): number => Date.now() + HOUR_MS;
const log: Readonly<Record<string, unknown>>[] = [];

async function deliver(bodies: readonly unknown[]): Promise<void> {
  const messages = bodies.map((body, index) => ({ id: String(index), body })) as unknown as Message[];
  await consumeUsage({ queue: USAGE_QUEUE, messages }, { db: env.DB, log: () => undefined, now: later });
}

const parts = createDurableLedgers(env.LEDGER);
const accountOf = createTenantAccounts(parts);

/** The ledgers as the Worker has them: their charges go to D1 by the real queue, answers at once. */
const ledgerOf: LedgerOf = logAnswers({
  ledgerOf: createTenantLedgers(parts),
  send: deliver,
  now: () => Date.now(),
  log: (entry) => log.push(entry),
});

/** Five charges of a tenant, in the ledger and, by its alarm, in D1. */
async function fiveCharges(tenant: string): Promise<string[]> {
  const ids = await Promise.all(
    Array.from({ length: 5 }, (_, index) => chargeIdOf(tenant, 'request', index)),
  );
  await ledgerOf({ tenant, shard: 0 }).record({
    requestKey: 'request',
    spender: SPENDER,
    model: 'emoji-v0',
    lines: ids.map((chargeId) => ({ chargeId, fingerprint: 'f', units: 2, outcome: 'generated' })),
  });
  await ledgerOf({ tenant, shard: 0 }).record({
    requestKey: 'moderated',
    spender: SPENDER,
    model: 'emoji-v0',
    lines: [{ chargeId: `${tenant}-moderated`, fingerprint: 'f', units: 0, outcome: 'moderated' }],
  });
  await arrived(tenant, 6);
  return ids;
}

/** The alarm, the queue and its consumer have done their part. */
async function arrived(tenant: string, charges: number): Promise<void> {
  await expect
    .poll(
      async () => {
        await runDurableObjectAlarm(env.LEDGER.getByName(tenant));
        return count(tenant);
      },
      { timeout: 15_000, interval: 200 },
    )
    .toBe(charges);
}

async function count(tenant: string): Promise<number | undefined> {
  const statement = env.DB.prepare('SELECT count(*) AS count FROM usage_charges WHERE tenant = ?');
  return (await statement.bind(tenant).first<{ count: number }>())?.count;
}

function run(sql: string, ...values: unknown[]): Promise<unknown> {
  return env.DB.prepare(sql)
    .bind(...values)
    .run();
}

function recount(tenant: string) {
  return reconcile({ id: tenant, shards: 0 }, TODAY, { db: env.DB, accountOf, now: later });
}

beforeEach(() => {
  log.length = 0;
});

describe('reconciliation', () => {
  it('finds no difference where there is none', async () => {
    await fiveCharges('equal');
    expect(await recount('equal')).toEqual({ tenant: 'equal', day: TODAY, charges: 6, differences: [] });
  });

  it.each([
    ['usage_charges', 'charges'],
    ['usage_answers', 'answers'],
  ] as const)('finds a missing, a changed and an invented row of %s', async (table, source) => {
    const [missing, changed] = await fiveCharges(table);
    await run(`DELETE FROM ${table} WHERE charge_id = ?`, missing);
    await run(`UPDATE ${table} SET units = 7 WHERE charge_id = ?`, changed);
    await run(
      source === 'charges'
        ? `INSERT INTO usage_charges SELECT 'invented', tenant, key_id, model, fingerprint, outcome, units, day,
             settled_at, version, exported_at FROM usage_charges WHERE charge_id = ?`
        : `INSERT INTO usage_answers SELECT 'invented', tenant, units, day, answered_at
             FROM usage_answers WHERE charge_id = ?`,
      changed,
    );
    const { differences } = await recount(table);
    expect(differences).toHaveLength(3);
    expect(differences).toEqual(
      expect.arrayContaining([
        { chargeId: missing, source, ledgerUnits: 2, sourceUnits: null },
        { chargeId: changed, source, ledgerUnits: 2, sourceUnits: 7 },
        { chargeId: 'invented', source, ledgerUnits: null, sourceUnits: 7 },
      ]),
    );
    const stored = env.DB.prepare('SELECT * FROM usage_differences WHERE tenant = ?').bind(table);
    expect((await stored.all()).results).toHaveLength(3);
    await run(`DELETE FROM ${table} WHERE charge_id = 'invented'`);
    await recount(table);
    expect((await stored.all()).results).toHaveLength(2);
  });

  it('has the ledger send again what the usage table lacks', async () => {
    const [first, second] = await fiveCharges('lost');
    await run('DELETE FROM usage_charges WHERE charge_id IN (?, ?)', first, second);
    expect((await recount('lost')).differences).toHaveLength(2);
    await arrived('lost', 6);
    expect((await recount('lost')).differences).toEqual([]);
  });

  it('waits for what may be on its way', async () => {
    const [first] = await fiveCharges('young');
    await run('DELETE FROM usage_charges WHERE charge_id = ?', first);
    const now = (): number => Date.now();
    expect(
      (await reconcile({ id: 'young', shards: 0 }, TODAY, { db: env.DB, accountOf, now })).differences,
    ).toEqual([]);
    expect((await recount('young')).differences).toHaveLength(1);
  });

  it('recounts every tenant by cron, and reports', async () => {
    const [first] = await fiveCharges('daily');
    await run('DELETE FROM usage_charges WHERE charge_id = ?', first);
    await reconcileDays({ db: env.DB, accountOf, now: later, log: (entry) => log.push(entry) });
    expect(log).toContainEqual(
      expect.objectContaining({ level: 'error', event: 'usage_differs', tenant: 'daily', differences: 1 }),
    );
    expect(log.map(({ tenant }) => tenant)).not.toContain('equal');
  });
});
