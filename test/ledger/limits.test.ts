import { describe, expect, it } from 'vitest';
import { NO_TENANT_LIMITS } from '../../edge/keys/tenant.ts';
import { createTestLedger, LEASE_MS, spenderOf } from './test-ledger.ts';

const HOUR_S = 3600;

describe('limits', () => {
  it.each([
    // It is 18:00 on the last day of the month.
    ['budget_day', { dayUnits: 3 }, 6 * HOUR_S],
    ['budget_month', { monthUnits: 3 }, 6 * HOUR_S],
    ['budget_total', { totalUnits: 3 }, null],
  ] as const)('%s refuses what would pass it, with the numbers', (reason, limits, retryAfterS) => {
    const ledger = createTestLedger();
    expect(ledger.reserve('a', 2, spenderOf(limits))).toMatchObject({
      granted: true,
      allowance: { remaining: 1 },
    });
    expect(ledger.reserve('b', 2, spenderOf(limits))).toEqual({
      granted: false,
      reason,
      available: 1,
      needed: 2,
      retryAfterS,
      allowance: { remaining: 1, rate: null },
    });
    expect(ledger.reserve('c', 1, spenderOf(limits))).toMatchObject({ granted: true });
  });

  it('are told in the usage, with the pictures that they refused', () => {
    const ledger = createTestLedger();
    const spender = spenderOf({ dayUnits: 3, ratePerMinute: 4 });
    const usage = (groupBy: 'day' | 'key' | 'model' | 'outcome') =>
      ledger.core.usage({ from: '2026-11-30', to: '2026-11-30', groupBy });
    expect(usage('outcome')).toEqual([]);
    expect(ledger.reserve('a', 3, spender)).toMatchObject({ granted: true });
    ledger.settle('a', 'generated', 3);
    for (const key of ['b', 'c', 'd'])
      expect(ledger.reserve(key, 1, spender)).toMatchObject({ reason: 'budget_day' });
    expect(ledger.reserve('e', 0, spender)).toMatchObject({ reason: 'rate' });
    expect(usage('outcome')).toEqual([
      { group: 'generated', pictures: 1, units: 3 },
      { group: 'refused', pictures: 4, units: 0 },
    ]);
    expect(usage('day')).toEqual([{ group: '2026-11-30', pictures: 5, units: 3 }]);
    expect(usage('key')).toEqual([{ group: 'key', pictures: 5, units: 3 }]);
    expect(usage('model')).toEqual([{ group: 'emoji-v0', pictures: 5, units: 3 }]);
  });

  it('do not count a charge id of another picture as refused', () => {
    const ledger = createTestLedger();
    const [spender, model] = [spenderOf({}), 'emoji-v0'];
    const request = (fingerprint: string) => ({
      ...{ requestKey: 'a', spender, model, leaseMs: LEASE_MS },
      lines: [{ chargeId: 'a', fingerprint, units: 1 }],
    });
    expect(ledger.core.reserve(request('f'))).toMatchObject({ granted: true });
    expect(ledger.core.reserve(request('g'))).toMatchObject({ reason: 'conflict' });
    expect(ledger.core.usage({ from: '2026-11-30', to: '2026-11-30', groupBy: 'outcome' })).toEqual([]);
  });

  it('has a new budget with the new day', () => {
    const ledger = createTestLedger();
    const spender = spenderOf({ dayUnits: 1, monthUnits: 1 });
    expect(ledger.reserve('a', 1, spender)).toMatchObject({ granted: true });
    expect(ledger.reserve('b', 1, spender)).toMatchObject({ reason: 'budget_day' });
    ledger.nowMs += 6 * HOUR_S * 1000;
    expect(ledger.reserve('b', 1, spender)).toMatchObject({ granted: true });
  });

  it.each([
    ['tenant_budget_day', { dayUnits: 3 }, 6 * HOUR_S],
    ['tenant_budget_month', { monthUnits: 3 }, 6 * HOUR_S],
    ['tenant_budget_total', { totalUnits: 3 }, null],
  ] as const)('%s counts all keys', (reason, limits, retryAfterS) => {
    const ledger = createTestLedger();
    const spender = { ...spenderOf({ totalUnits: 9 }), tenantLimits: { ...NO_TENANT_LIMITS, ...limits } };
    expect(ledger.reserve('a', 2, spender)).toMatchObject({ granted: true, allowance: { remaining: 1 } });
    const other = { ...spender, keyId: 'other' };
    expect(ledger.reserve('b', 2, other)).toMatchObject({
      reason,
      available: 1,
      needed: 2,
      retryAfterS,
      allowance: { remaining: 1 },
    });
    expect(ledger.reserve('b', 1, other)).toMatchObject({ granted: true, allowance: { remaining: 0 } });
  });

  it('lets through what costs nothing, also beyond a budget', () => {
    const ledger = createTestLedger();
    expect(ledger.reserve('a', 0, spenderOf({ dayUnits: 0 }))).toMatchObject({ granted: true });
  });

  it('does not count a call that is repeated since its answer was lost', () => {
    const { core } = createTestLedger();
    const spender = spenderOf({ ratePerMinute: 1 });
    const line = { chargeId: 'a', fingerprint: 'f', units: 1 };
    const request = { requestKey: 'a', spender, model: 'm', lines: [line], leaseMs: LEASE_MS };
    expect(core.reserve(request)).toMatchObject({ granted: true });
    expect(core.reserve(request)).toMatchObject({ granted: true });
    const hit = { ...request, lines: [{ ...line, outcome: 'cache_hit' as const }] };
    expect(core.record(hit)).toMatchObject({ granted: true, charges: [{ units: 1 }] });
    expect(core.record(hit)).toMatchObject({ granted: true, charges: [{ units: 1 }] });
    expect(core.reserve({ ...request, lines: [{ ...line, chargeId: 'b' }] })).toMatchObject({
      reason: 'rate',
    });
  });

  it('reserves all lines or none', () => {
    const ledger = createTestLedger();
    const lines = [6, 5].map((units, index) => ({ chargeId: `a${index}`, fingerprint: 'f', units }));
    const request = { requestKey: 'a', model: 'm', lines, leaseMs: LEASE_MS };
    const spender = spenderOf({}, 'prepaid');
    expect(ledger.core.reserve({ ...request, spender })).toMatchObject({
      reason: 'balance',
      available: 10,
      needed: 11,
    });
    expect(ledger.core.balance()).toMatchObject({ reserved: 0, available: 10 });
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('takes no %d units', (units) => {
    expect(() => createTestLedger().reserve('a', units)).toThrow(RangeError);
  });
});

describe('the rate', () => {
  it('is so many at once, then one each part of the minute', () => {
    const ledger = createTestLedger();
    const spender = spenderOf({ ratePerMinute: 3 });
    const ask = (requestKey: string) => ledger.reserve(requestKey, 0, spender);
    expect(ask('a').allowance.rate).toEqual({ limitPerMinute: 3, remaining: 2, resetS: 20 });
    ask('b');
    expect(ask('c')).toMatchObject({ granted: true, allowance: { rate: { remaining: 0, resetS: 60 } } });
    expect(ask('d')).toMatchObject({ reason: 'rate', available: 0, needed: 1, retryAfterS: 20 });
    ledger.nowMs += 19_999;
    expect(ask('d')).toMatchObject({ reason: 'rate', retryAfterS: 1 });
    ledger.nowMs += 1;
    expect(ask('d')).toMatchObject({ granted: true });
    ledger.nowMs += 3_600_000;
    expect(ask('e').allowance.rate?.remaining).toBe(2);
  });

  it.each([1, 7, 60, 300])('of %d a minute grants that many at once and each minute, no more', (rate) => {
    const ledger = createTestLedger();
    const spender = spenderOf({ ratePerMinute: rate });
    const stepMs = Math.floor(60_000 / (10 * rate));
    const endMs = ledger.nowMs + 3 * 60_000 + stepMs;
    let granted = 0;
    for (let index = 0; ledger.nowMs <= endMs; index++) {
      if (ledger.reserve(`r${index}`, 0, spender).granted) granted += 1;
      ledger.nowMs += stepMs;
    }
    expect(granted).toBe(rate + 3 * rate);
  });

  it('counts also what a budget refuses', () => {
    const ledger = createTestLedger();
    const spender = spenderOf({ ratePerMinute: 1, totalUnits: 0 });
    expect(ledger.reserve('a', 1, spender)).toMatchObject({ reason: 'budget_total' });
    expect(ledger.reserve('b', 1, spender)).toMatchObject({ reason: 'rate' });
  });

  it('of 0 lets nothing through', () => {
    expect(createTestLedger().reserve('a', 0, spenderOf({ ratePerMinute: 0 }))).toMatchObject({
      reason: 'rate',
      retryAfterS: null,
    });
  });
});

describe('a settlement that comes late', () => {
  it('is charged where there is still room', () => {
    const ledger = createTestLedger();
    ledger.reserve('a', 4);
    ledger.nowMs += LEASE_MS;
    ledger.core.expire();
    expect(ledger.core.balance().available).toBe(10);
    expect(ledger.settle('a', 'generated', 4)).toBe(4);
    expect(ledger.core.balance()).toMatchObject({ spent: 4, available: 6 });
  });

  it('is free where others have spent the credit since', () => {
    const ledger = createTestLedger();
    ledger.reserve('a', 4);
    ledger.nowMs += LEASE_MS;
    ledger.reserve('b', 8);
    expect(ledger.settle('a', 'generated', 4)).toBe(0);
    expect(ledger.core.balance()).toMatchObject({ spent: 0, reserved: 8, available: 2 });
  });

  it('releases nothing of a newer try', () => {
    const ledger = createTestLedger();
    ledger.reserve('a', 4);
    expect(ledger.reserve('a', 4)).toMatchObject({ lease: 2 });
    expect(ledger.settle('a', 'failed', 0, 1)).toBe(0);
    expect(ledger.core.balance().reserved).toBe(4);
    expect(ledger.settle('a', 'generated', 4, 2)).toBe(4);
  });
});

describe('a charge id', () => {
  it('stands for one picture for ever', () => {
    const ledger = createTestLedger();
    ledger.reserve('a', 1);
    ledger.settle('a', 'generated', 1);
    const spender = spenderOf({}, 'prepaid');
    const other = [{ chargeId: 'a', fingerprint: 'another', units: 1 }];
    const request = { requestKey: 'a', spender, model: 'm', lines: other, leaseMs: LEASE_MS };
    expect(ledger.core.reserve(request)).toMatchObject({ granted: false, reason: 'conflict' });
    ledger.nowMs += 40 * 24 * HOUR_S * 1000;
    expect(ledger.reserve('a', 1)).toMatchObject({ granted: true });
    expect(ledger.settle('a', 'generated', 1, 2)).toBe(1);
    expect(ledger.core.balance()).toMatchObject({ spent: 1, reserved: 0 });
  });
});
