import fc from 'fast-check';
import type { KeyLimits } from '../../edge/keys/key-record.ts';
import type { LedgerStep } from '../../edge/ledger/crash-point.ts';
import { type CreditGrant, OUTCOMES, type Outcome, type Spender } from '../../edge/ledger/ledger.ts';

const KEYS = ['a', 'b'];
const REQUESTS = 5;
const PICTURES = 3;
const DAY_MS = 86_400_000;
export const LEASE_MS = 60_000;

/** Where a step dies; undefined: it does not. Names that the step does not pass make no difference. */
export type Death = LedgerStep | undefined;

interface Line {
  /** Picture of the request. */
  readonly picture: number;
  readonly units: number;
  readonly outcome: Outcome;
}

export type Operation = { readonly death: Death } & (
  | {
      readonly kind: 'reserve' | 'record';
      readonly request: number;
      readonly spender: Spender;
      readonly lines: readonly Line[];
      /** Sends another picture under the same charge id. */
      readonly otherBody: boolean;
    }
  | {
      readonly kind: 'settle';
      readonly request: number;
      readonly spender: Spender;
      readonly lines: readonly Line[];
      /** The answer to an older try. */
      readonly stale: boolean;
    }
  | { readonly kind: 'credit'; readonly grant: CreditGrant }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'expire' }
  | { readonly kind: 'flush'; readonly fails: boolean }
);

const limit = fc.option(fc.integer({ min: 0, max: 12 }));
const limits: fc.Arbitrary<KeyLimits> = fc.record({
  ratePerMinute: fc.constant(null),
  dayUnits: limit,
  monthUnits: limit,
  totalUnits: limit,
});
const spender: fc.Arbitrary<Spender> = fc.record({
  keyId: fc.constantFrom(...KEYS),
  plan: fc.constantFrom('prepaid', 'postpaid'),
  limits,
  tenantLimits: limits.map((budgets) => ({ ...budgets, version: 0 })),
});
const lines = fc.uniqueArray(
  fc.record({
    picture: fc.nat(PICTURES - 1),
    units: fc.nat(4),
    outcome: fc.constantFrom(...OUTCOMES),
  }),
  { minLength: 1, selector: ({ picture }) => picture },
);
const request = fc.nat(REQUESTS - 1);
const death = fc.option(
  fc.constantFrom<LedgerStep>(
    ...(['reserve', 'settle', 'record', 'credit', 'expire'] as const).flatMap((name): LedgerStep[] => [
      `ledger.${name}.before-commit`,
      `ledger.${name}.after-commit`,
    ]),
    'ledger.outbox.before-send',
    'ledger.outbox.after-send',
    'ledger.outbox.after-delete',
  ),
  { nil: undefined, freq: 3 },
);

export const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('reserve' as const, 'record' as const),
      death,
      request,
      spender,
      lines,
      otherBody: fc.nat(19).map((value) => value === 19),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      death,
      request,
      spender,
      lines,
      stale: fc.boolean(),
    }),
  },
  fc.record({
    kind: fc.constant('credit' as const),
    death,
    grant: fc.nat(3).map((id) => ({ id: `grant-${id}`, units: 3 + id, note: 'a test' })),
  }),
  fc.record({
    kind: fc.constant('advance' as const),
    death,
    ms: fc.constantFrom(1, 500, 30_000, LEASE_MS, DAY_MS, 31 * DAY_MS),
  }),
  fc.record({ kind: fc.constant('expire' as const), death }),
  fc.record({ kind: fc.constant('flush' as const), death, fails: fc.boolean() }),
);
