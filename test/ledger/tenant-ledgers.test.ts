import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Budgets } from '../../edge/keys/key-record.ts';
import { NO_TENANT_LIMITS, type TenantLimits } from '../../edge/keys/tenant.ts';
import type { LedgerStep } from '../../edge/ledger/crash-point.ts';
import { OUTCOMES, type Outcome, type Recorded, type Reservation } from '../../edge/ledger/ledger.ts';
import { createTenantAccounts } from '../../edge/ledger/tenant-accounts.ts';
import { createTenantLedgers } from '../../edge/ledger/tenant-ledgers.ts';
import { qualityProblems } from './data-quality.ts';
import { LedgerModel, type ModelRefusal } from './ledger-model.ts';
import { CallLost, createLedgerParts, type Trouble } from './ledger-parts.ts';

const LEASE_MS = 60_000;
const DAY_MS = 86_400_000;
const SHARDS = 2;
const REQUESTS = 9;
const EVER = { from: '2026-01-01', to: '2099-12-31' };

const limit = fc.option(fc.integer({ min: 0, max: 14 }));
const budgets: fc.Arbitrary<Budgets> = fc.record({ dayUnits: limit, monthUnits: limit, totalUnits: limit });
/** Few, so that those of before come again. */
const TENANT_BUDGETS: readonly Budgets[] = [
  NO_TENANT_LIMITS,
  { dayUnits: 5, monthUnits: 8, totalUnits: null },
  { dayUnits: null, monthUnits: null, totalUnits: 9 },
];
const trouble: fc.Arbitrary<Trouble> = fc.record(
  {
    step: fc.option(
      fc.constantFrom<LedgerStep>(
        ...(
          ['reserve', 'settle', 'record', 'accept', 'shortage', 'supply', 'give-back', 'take-back'] as const
        ).flatMap((action): LedgerStep[] => [
          `ledger.${action}.before-commit`,
          `ledger.${action}.after-commit`,
        ]),
      ),
      { nil: undefined, freq: 3 },
    ),
    lostCall: fc.option(fc.nat(6), { nil: undefined }),
    isAnswerLost: fc.boolean(),
  },
  { requiredKeys: [] },
);
const request = fc.nat(REQUESTS - 1);
const pictures = fc.subarray([0, 1, 2], { minLength: 1 });
const outcome = fc.constantFrom(...OUTCOMES);
const spend = { trouble, request, pictures, outcome, keyLimits: budgets };
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('reserve' as const), ...spend }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('record' as const), ...spend }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('settle' as const), ...spend }) },
  fc.record({ kind: fc.constant('credit' as const), trouble, grant: fc.nat(3) }),
  fc.record({ kind: fc.constant('limits' as const), budgets: fc.constantFrom(...TENANT_BUDGETS) }),
  fc.record({
    kind: fc.constant('advance' as const),
    ms: fc.constantFrom(1, 30_000, LEASE_MS, DAY_MS, 31 * DAY_MS),
  }),
  fc.record({ kind: fc.constant('old-call' as const), seed: fc.nat() }),
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;
type Spend = Extract<Operation, { kind: 'reserve' | 'record' | 'settle' }>;

/** The tenant's ledgers, in which its three keys are one each, beside one ledger on paper. */
class ShardedRun {
  readonly #model = new LedgerModel(Date.UTC(2026, 10, 29, 23, 59));
  readonly #parts = createLedgerParts(() => this.#model.nowMs);
  readonly #ledgerOf = createTenantLedgers(this.#parts.partOf);
  readonly #account = createTenantAccounts(this.#parts.partOf)('acme', SHARDS);
  readonly #leases = new Map<number, { real: number; model: number }>();
  #tenantLimits: TenantLimits = NO_TENANT_LIMITS;
  /** Pictures of requests that were refused. */
  #refused = 0;

  async apply(operation: Operation): Promise<void> {
    if (operation.kind === 'advance') this.#model.nowMs += operation.ms;
    else if (operation.kind === 'limits') {
      this.#tenantLimits = { ...operation.budgets, version: this.#tenantLimits.version + 1 };
    } else if (operation.kind === 'old-call') this.#parts.repeatOldCall(operation.seed);
    else if (operation.kind === 'credit') {
      const grant = { id: `grant-${operation.grant}`, units: 4 + operation.grant, note: '' };
      await this.#once(operation.trouble, () => this.#account.credit(grant));
      this.#model.grants.set(grant.id, grant.units);
    } else if (operation.kind === 'settle') await this.#settle(operation);
    else await this.#begin(operation);
    await this.#compare();
  }

  async finish(): Promise<void> {
    this.#model.nowMs += LEASE_MS;
    await this.#compare();
    const outcomes = await this.#account.usage({ ...EVER, groupBy: 'outcome' });
    const settledSo = [...this.#model.charges.values()].filter(({ outcome }) => outcome === 'refused').length;
    const refused = (outcomes.find(({ group }) => group === 'refused')?.pictures ?? 0) - settledSo;
    // A call that was lost, or that comes once more, may have been refused twice.
    expect(refused).toBeGreaterThanOrEqual(this.#refused);
    for (const groupBy of ['day', 'key', 'outcome'] as const) {
      const totals = await this.#account.usage({ ...EVER, groupBy });
      expect(totals.map(({ group }) => group)).toEqual([...new Set(totals.map(({ group }) => group))].sort());
      expect(totals.reduce((sum, { units }) => sum + units, 0)).toBe(this.#model.sum(() => true));
      expect(totals.reduce((sum, { pictures: count }) => sum + count, 0)).toBe(
        this.#model.charges.size + refused,
      );
    }
  }

  /** Made again without trouble where it was lost, as a client would. */
  async #once<T>(thisTrouble: Trouble, call: () => Promise<T>): Promise<T> {
    this.#parts.trouble = thisTrouble;
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof CallLost)) throw error;
      this.#parts.trouble = {};
      return await call();
    } finally {
      this.#parts.trouble = {};
    }
  }

  async #begin(operation: Spend): Promise<void> {
    const order = { ...this.#orderOf(operation), leaseMs: LEASE_MS };
    const ledger = this.#ledgerOf({ tenant: 'acme', shard: operation.request % (SHARDS + 1) });
    const real: Reservation | Recorded = await this.#once<Reservation | Recorded>(operation.trouble, () =>
      operation.kind === 'reserve' ? ledger.reserve(order) : ledger.record(order),
    );
    const expected: ModelRefusal | { granted: true; lease?: number; units?: number[] } =
      operation.kind === 'reserve' ? this.#model.reserve(order) : this.#model.record(order);
    if (!expected.granted || !real.granted) {
      expect(real).toMatchObject(expected);
      expect(Object.keys(real)).not.toContain('recalls');
      if (!expected.granted && expected.reason !== 'conflict') this.#refused += order.lines.length;
    } else if ('lease' in real) {
      this.#leases.set(operation.request, { real: real.lease, model: expected.lease ?? -1 });
    } else expect(real.charges.map(({ units }) => units)).toEqual(expected.units);
  }

  async #settle(operation: Spend): Promise<void> {
    const lease = this.#leases.get(operation.request);
    const { spender, lines } = this.#orderOf(operation);
    const known = lines.filter(({ chargeId }) => this.#model.charges.has(chargeId));
    if (!lease || known.length === 0) return;
    const ledger = this.#ledgerOf({ tenant: 'acme', shard: operation.request % (SHARDS + 1) });
    const { charges } = await this.#once(operation.trouble, () =>
      ledger.settle({ lease: lease.real, spender, lines: known }),
    );
    expect(charges.map(({ units }) => units)).toEqual(
      this.#model.settle({ lease: lease.model, spender, lines: known }),
    );
    expect(charges.map(({ tenant }) => tenant)).toEqual(known.map(() => 'acme'));
  }

  /** The same request has the same key, plan and prices whenever it is sent. */
  #orderOf({ request: number, pictures: chosen, outcome: how, keyLimits }: Spend) {
    return {
      requestKey: `request-${number}`,
      model: 'emoji-v0',
      spender: {
        keyId: `key-${number % (SHARDS + 1)}`,
        plan: number < 6 ? ('prepaid' as const) : ('postpaid' as const),
        limits: { ratePerMinute: null, ...keyLimits },
        tenantLimits: this.#tenantLimits,
      },
      lines: chosen.map((picture) => ({
        chargeId: `charge-${number}-${picture}`,
        fingerprint: `picture-${number}-${picture}`,
        units: picture + 1,
        outcome: how as Outcome,
      })),
    };
  }

  async #compare(): Promise<void> {
    this.#model.expire();
    const { credited } = this.#model;
    const sum = (state: string, plan: string): number =>
      this.#model.sum((charge) => charge.plan === plan && charge.state === state);
    expect(await this.#account.balance()).toEqual({
      credited,
      spent: sum('committed', 'prepaid'),
      reserved: sum('reserved', 'prepaid'),
      available: credited - sum('committed', 'prepaid') - sum('reserved', 'prepaid'),
      billed: sum('committed', 'postpaid'),
    });
    for (const [name, sql] of this.#parts.databases) {
      expect(qualityProblems(sql).map((problem) => `${name}: ${problem}`)).toEqual([]);
    }
  }
}

describe('a tenant with shards', () => {
  it('is granted and refused what one ledger would be, whatever is lost, dies or comes twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 60 }), async (operations) => {
        const run = new ShardedRun();
        for (const next of operations) await run.apply(next);
        await run.finish();
      }),
      { numRuns: Number(process.env.LEDGER_RUNS ?? 300) },
    );
  }, 600_000);
});
