import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { NO_LIMITS } from '../../../edge/keys/key-record.ts';
import { NO_TENANT_LIMITS } from '../../../edge/keys/tenant.ts';
import { chargeIdOf } from '../../../edge/ledger/charge-id.ts';
import type { ReserveRequest, Spender } from '../../../edge/ledger/ledger.ts';
import { tenantLedger } from '../fakes/tenant-ledger.ts';

const PREPAID: Spender = { keyId: 'key', plan: 'prepaid', limits: NO_LIMITS, tenantLimits: NO_TENANT_LIMITS };

async function requestOf(tenant: string, requestKey: string, leaseMs = 60_000): Promise<ReserveRequest> {
  const chargeId = await chargeIdOf(tenant, requestKey, 0);
  const lines = [{ chargeId, fingerprint: 'f'.repeat(64), units: 1 }];
  return { requestKey, spender: PREPAID, model: 'emoji-v0', lines, leaseMs };
}

describe('the ledger of a tenant', () => {
  it('grants one of 1,000 concurrent requests on 1 credit', async () => {
    const ledger = tenantLedger('one-credit');
    await ledger.credit({ id: 'grant', units: 1, note: '' });
    const requests = await Promise.all(
      Array.from({ length: 1000 }, (_, index) => requestOf('one-credit', `request-${index}`)),
    );
    const reservations = await Promise.all(requests.map((request) => ledger.reserve(request)));
    expect(reservations.filter(({ granted }) => granted)).toHaveLength(1);
    expect(reservations.find(({ granted }) => !granted)).toMatchObject({
      reason: 'balance',
      available: 0,
      needed: 1,
      allowance: { remaining: 0 },
    });
    expect(await ledger.balance()).toEqual({ credited: 1, spent: 0, reserved: 1, available: 0, billed: 0 });
  }, 60_000);

  it('charges once, however often it is told, and sends the charge on', async () => {
    const ledger = tenantLedger('once');
    await ledger.credit({ id: 'grant', units: 10, note: '' });
    const request = await requestOf('once', 'request');
    const [line] = request.lines;
    const reservation = await ledger.reserve(request);
    if (!reservation.granted || !line) throw new Error('10 units are enough for one');
    const settlement = {
      lease: reservation.lease,
      spender: PREPAID,
      lines: [{ chargeId: line.chargeId, outcome: 'generated' as const, units: 1 }],
    };
    const answers = await Promise.all(Array.from({ length: 20 }, () => ledger.settle(settlement)));
    for (const { charges } of answers) expect(charges).toEqual(answers[0]?.charges);
    expect(await ledger.balance()).toMatchObject({ spent: 1, reserved: 0, available: 9 });
  });

  it('releases by alarm what is never settled', async () => {
    const ledger = tenantLedger('forgotten');
    await ledger.credit({ id: 'grant', units: 1, note: '' });
    expect(await ledger.reserve(await requestOf('forgotten', 'lost', 1))).toMatchObject({ granted: true });
    const stub = env.LEDGER.getByName('forgotten');
    expect(await runInDurableObject(stub, (_, state) => state.storage.getAlarm())).not.toBeNull();
    await runDurableObjectAlarm(stub);
    expect(await ledger.balance()).toMatchObject({ reserved: 0, available: 1 });
    const day = new Date().toISOString().slice(0, 10);
    expect(await ledger.usage({ from: day, to: day, groupBy: 'outcome' })).toEqual([
      { group: 'failed', pictures: 1, units: 0 },
    ]);
  });

  it('refuses units that were not reserved', async () => {
    const ledger = tenantLedger('honest');
    const lines = [{ chargeId: 'never-reserved', outcome: 'generated' as const, units: 1 }];
    await expect(ledger.settle({ lease: 1, spender: PREPAID, lines })).rejects.toThrow('never reserved');
  });
});
