import { describe, expect, it } from 'vitest';
import { NO_LIMITS } from '../../edge/keys/key-record.ts';
import { NO_TENANT_LIMITS, type TenantLimits, type TenantPlan } from '../../edge/keys/tenant.ts';
import type { Ledger, Reservation, Spender } from '../../edge/ledger/ledger.ts';
import { createTenantAccounts } from '../../edge/ledger/tenant-accounts.ts';
import { createTenantLedgers } from '../../edge/ledger/tenant-ledgers.ts';
import { CallLost, createLedgerParts } from './ledger-parts.ts';

const LEASE_MS = 60_000;

interface SpendOptions {
  readonly plan?: TenantPlan;
  readonly limits?: TenantLimits;
  readonly ratePerMinute?: number;
}

function createShards() {
  let nowMs = Date.UTC(2026, 10, 30, 18);
  const parts = createLedgerParts(() => nowMs);
  const ledgerOf = createTenantLedgers(parts.partOf);
  const ledger = (shard: number): Ledger => ledgerOf({ tenant: 'acme', shard });
  const spenderOf = (
    shard: number,
    { plan = 'prepaid', limits, ratePerMinute }: SpendOptions = {},
  ): Spender => ({
    keyId: `key-${shard}`,
    plan,
    limits: { ...NO_LIMITS, ratePerMinute: ratePerMinute ?? null },
    tenantLimits: limits ?? NO_TENANT_LIMITS,
  });
  return {
    parts,
    ledger,
    spenderOf,
    account: createTenantAccounts(parts.partOf)('acme', 3),
    later: (ms: number) => {
      nowMs += ms;
    },
    reserve(shard: number, chargeId: string, units: number, options?: SpendOptions): Promise<Reservation> {
      const lines = [{ chargeId, fingerprint: 'f', units }];
      const spender = spenderOf(shard, options);
      return ledger(shard).reserve({ requestKey: chargeId, spender, model: 'm', lines, leaseMs: LEASE_MS });
    },
  };
}

const balance = (credited: number, reserved: number, available: number) => ({
  credited,
  reserved,
  available,
  spent: 0,
  billed: 0,
});

describe('shards of a tenant', () => {
  it('spend what one of them does not need, to the last unit, and no more', async () => {
    const { reserve, account } = createShards();
    await account.credit({ id: 'grant', units: 100, note: '' });
    for (const shard of [1, 2, 3])
      expect(await reserve(shard, `a${shard}`, 1)).toMatchObject({ granted: true });
    expect(await reserve(0, 'b', 90)).toMatchObject({ granted: true });
    expect(await reserve(3, 'c', 7)).toMatchObject({ granted: true });
    expect(await account.balance()).toEqual(balance(100, 100, 0));
    for (const shard of [0, 1, 2, 3]) {
      expect(await reserve(shard, 'd', 1)).toEqual({
        granted: false,
        reason: 'balance',
        available: 0,
        needed: 1,
        retryAfterS: null,
        allowance: { remaining: 0, rate: null },
      });
    }
  });

  it('keep the history of a tenant that had none before', async () => {
    const { reserve, account, ledger, spenderOf } = createShards();
    await account.credit({ id: 'grant', units: 10, note: '' });
    await reserve(0, 'old', 4);
    expect(await reserve(1, 'new', 6)).toMatchObject({ granted: true });
    expect(await reserve(2, 'more', 1)).toMatchObject({ reason: 'balance', available: 0 });
    const line = { chargeId: 'old', outcome: 'generated' as const, units: 3 };
    await ledger(0).settle({ lease: 1, spender: spenderOf(0), lines: [line] });
    expect(await account.balance()).toEqual({ ...balance(10, 6, 1), spent: 3 });
    expect(await reserve(2, 'more', 1)).toMatchObject({ granted: true });
  });

  it.each(['request', 'answer'])('lose nothing when any %s between them is lost', async (what) => {
    for (let lostCall = 0; lostCall < 12; lostCall++) {
      const { reserve, account, parts } = createShards();
      await account.credit({ id: 'grant', units: 8, note: '' });
      await reserve(1, 'one', 1);
      parts.trouble = { lostCall, isAnswerLost: what === 'answer' };
      const first = await reserve(2, 'all', 7).catch((error: unknown) => error);
      if (first instanceof CallLost) expect(await reserve(2, 'all', 7)).toMatchObject({ granted: true });
      else expect(first).toMatchObject({ granted: true });
      parts.trouble = {};
      expect(await account.balance()).toEqual(balance(8, 8, 0));
    }
  });

  it('give back what was granted in an answer that never came, when another needs it', async () => {
    const { reserve, account, parts } = createShards();
    await account.credit({ id: 'grant', units: 5, note: '' });
    // Of reserve and supply, the second.
    parts.trouble = { lostCall: 1, isAnswerLost: true };
    await expect(reserve(1, 'lost', 5)).rejects.toThrow(CallLost);
    parts.trouble = {};
    expect(await reserve(0, 'all', 5)).toMatchObject({ granted: true });
    expect(await reserve(1, 'lost', 5)).toMatchObject({ reason: 'balance', available: 0 });
  });

  it('spend nothing under a budget that they were given under another', async () => {
    const { reserve } = createShards();
    const tight: TenantLimits = { ...NO_TENANT_LIMITS, totalUnits: 10 };
    const wide: TenantLimits = { ...NO_TENANT_LIMITS, totalUnits: 100, version: 1 };
    const again: TenantLimits = { ...tight, version: 2 };
    const plan = 'postpaid';
    // 5 to spare are left in the shard.
    expect(await reserve(1, 'a', 1, { plan, limits: tight })).toMatchObject({ granted: true });
    expect(await reserve(2, 'b', 50, { plan, limits: wide })).toMatchObject({ granted: true });
    expect(await reserve(1, 'c', 1, { plan, limits: again })).toMatchObject({
      reason: 'tenant_budget_total',
      available: 0,
      needed: 1,
    });
  });

  it('do not take units of now for those of other limits, when an old answer comes late', async () => {
    const { parts, spenderOf } = createShards();
    const [main, shard] = [parts.partOf('acme'), parts.partOf('acme#1')];
    const tight: TenantLimits = { ...NO_TENANT_LIMITS, totalUnits: 2 };
    const wide: TenantLimits = { ...NO_TENANT_LIMITS, totalUnits: 100, version: 1 };
    const order = (chargeId: string, limits: TenantLimits, units: number) => ({
      requestKey: chargeId,
      spender: spenderOf(1, { plan: 'postpaid', limits }),
      model: 'm',
      lines: [{ chargeId, fingerprint: 'f', units }],
      leaseMs: LEASE_MS,
    });
    const short = await shard.reserve(order('a', tight, 1));
    if (short.granted || short.reason !== 'short') throw new Error('a new shard has nothing');
    const old = await main.supply(short);
    const second = await shard.reserve(order('b', wide, 3));
    if (second.granted || second.reason !== 'short') throw new Error('a new shard has nothing');
    const supply = await main.supply(second);
    if (supply.granted === false || old.granted === false) throw new Error('both budgets have room');
    expect(await shard.reserve({ ...order('b', wide, 3), supply })).toMatchObject({ granted: true });
    expect(await shard.reserve({ ...order('a', tight, 1), supply: old })).toMatchObject({ reason: 'short' });
  });

  it('spend units of the day they were given for, and give the others back', async () => {
    const { reserve, later, parts, account } = createShards();
    await account.credit({ id: 'grant', units: 100, note: '' });
    const limits: TenantLimits = { ...NO_TENANT_LIMITS, dayUnits: 60 };
    await reserve(1, 'today', 10, { limits });
    later(6 * 3_600_000);
    expect(await reserve(1, 'tomorrow', 60, { limits })).toMatchObject({ granted: true });
    expect(await reserve(1, 'more', 1, { limits })).toMatchObject({ reason: 'tenant_budget_day' });
    // The lease of today's is over.
    expect(await account.balance()).toEqual(balance(100, 60, 40));
    const given = parts.databases.get('acme')?.exec('SELECT day, granted - returned AS units FROM given');
    expect(given).toEqual([
      { day: '2026-11-30', units: expect.any(Number) },
      { day: '2026-12-01', units: 60 },
    ]);
  });

  it('charge a late picture for units that lie elsewhere, and are free where there are none', async () => {
    const { reserve, later, ledger, spenderOf, account } = createShards();
    await account.credit({ id: 'grant', units: 8, note: '' });
    const lines = ['x', 'y'].map((chargeId) => ({ chargeId, fingerprint: 'f', units: 3 }));
    const spender = spenderOf(1);
    await ledger(1).reserve({ requestKey: 'late', spender, model: 'm', lines, leaseMs: LEASE_MS });
    later(LEASE_MS);
    expect(await reserve(2, 'other', 4)).toMatchObject({ granted: true });
    const settled = await ledger(1).settle({
      lease: 1,
      spender,
      lines: lines.map(({ chargeId, units }) => ({ chargeId, units, outcome: 'generated' as const })),
    });
    expect(settled.charges.map(({ units }) => units)).toEqual([3, 0]);
    expect(await account.balance()).toEqual({ ...balance(8, 4, 1), spent: 3 });
  });

  it('count once what is refused, wherever units were looked for before', async () => {
    const { reserve, account } = createShards();
    const refused = async () =>
      (await account.usage({ from: '2026-11-30', to: '2026-11-30', groupBy: 'outcome' })).map(
        ({ group, pictures }) => [group, pictures],
      );
    await account.credit({ id: 'grant', units: 20, note: '' });
    // What the shards have to spare is called back for each of the next.
    for (const shard of [1, 2]) expect(await reserve(shard, `a${shard}`, 1)).toMatchObject({ granted: true });
    expect(await reserve(0, 'b', 19)).toMatchObject({ reason: 'balance' });
    expect(await refused()).toEqual([['refused', 1]]);
    expect(await reserve(2, 'c', 19)).toMatchObject({ reason: 'balance' });
    expect(await refused()).toEqual([['refused', 2]]);
    expect(await reserve(3, 'd', 18)).toMatchObject({ granted: true });
    expect(await refused()).toEqual([['refused', 2]]);
    const own = { limits: NO_TENANT_LIMITS, ratePerMinute: 1 };
    expect(await reserve(1, 'e', 0, own)).toMatchObject({ granted: true });
    expect(await reserve(1, 'f', 0, own)).toMatchObject({ reason: 'rate' });
    expect(await refused()).toEqual([['refused', 3]]);
  });

  it('count a request once against the rate, however often it is asked for on the way', async () => {
    const { reserve, account } = createShards();
    await account.credit({ id: 'grant', units: 2, note: '' });
    await reserve(2, 'other', 1);
    const options = { ratePerMinute: 2 };
    expect(await reserve(1, 'a', 1, options)).toMatchObject({ allowance: { rate: { remaining: 1 } } });
    expect(await reserve(1, 'b', 1, options)).toMatchObject({
      reason: 'balance',
      allowance: { rate: { remaining: 0 } },
    });
    expect(await reserve(1, 'c', 1, options)).toMatchObject({ reason: 'rate' });
  });

  it('ask the tenant’s own ledger once for many requests', async () => {
    const { parts, account, spenderOf } = createShards();
    await account.credit({ id: 'grant', units: 100_000, note: '' });
    let supplies = 0;
    const ledger = createTenantLedgers((name) => {
      const part = parts.partOf(name);
      return {
        ...part,
        supply(shortage) {
          supplies++;
          return part.supply(shortage);
        },
      };
    })({ tenant: 'acme', shard: 1 });
    for (let index = 0; index < 2_000; index++) {
      const lines = [{ chargeId: `c${index}`, fingerprint: 'f', units: 1, outcome: 'generated' as const }];
      const recorded = await ledger.record({
        requestKey: `${index}`,
        spender: spenderOf(1),
        model: 'm',
        lines,
      });
      expect(recorded.granted).toBe(true);
    }
    expect(supplies).toBe(2);
  });
});
