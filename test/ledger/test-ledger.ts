import { type KeyLimits, NO_LIMITS } from '../../edge/keys/key-record.ts';
import { NO_TENANT_LIMITS, type TenantPlan } from '../../edge/keys/tenant.ts';
import type { Shortage } from '../../edge/ledger/allotment.ts';
import type { Outcome, Refusal, Reservation, Settled, Spender } from '../../edge/ledger/ledger.ts';
import { createLedgerCore, type LedgerCore } from '../../edge/ledger/ledger-core.ts';
import { createNodeSql } from '../fakes/node-sql.ts';

export const LEASE_MS = 60_000;

export interface TestLedger {
  readonly core: LedgerCore;
  /** Milliseconds since 1970. */
  nowMs: number;
  /** Reserves one picture. */
  reserve(requestKey: string, units: number, spender?: Spender): Reservation;
  /** Settles it; the units that the caller is told. */
  settle(requestKey: string, outcome: Outcome, units: number, lease?: number): number | undefined;
}

export function spenderOf(limits: Partial<KeyLimits>, plan: TenantPlan = 'postpaid'): Spender {
  return { keyId: 'key', plan, limits: { ...NO_LIMITS, ...limits }, tenantLimits: NO_TENANT_LIMITS };
}

/** A ledger with 10 units of credit, on the last evening of November. */
export function createTestLedger(): TestLedger {
  let nowMs = Date.UTC(2026, 10, 30, 18);
  const core = createLedgerCore({ sql: createNodeSql(), tenant: 'acme', now: () => nowMs });
  core.credit({ id: 'grant', units: 10, note: '' });
  return {
    core,
    get nowMs() {
      return nowMs;
    },
    set nowMs(time) {
      nowMs = time;
    },
    reserve: (requestKey, units, spender = spenderOf({}, 'prepaid')) =>
      inFull(
        core.reserve({
          requestKey,
          spender,
          model: 'emoji-v0',
          lines: [{ chargeId: requestKey, fingerprint: requestKey, units }],
          leaseMs: LEASE_MS,
        }),
      ),
    settle: (requestKey, outcome, units, lease = 1) =>
      settled(
        core.settle({
          lease,
          spender: spenderOf({}, 'prepaid'),
          lines: [{ chargeId: requestKey, outcome, units }],
        }),
      ).charges[0]?.units,
  };
}

/** What a ledger answers that is no shard. */
export function inFull<Answer extends object>(answer: Answer | Shortage): Answer {
  if ('wanted' in answer) throw new Error("a tenant's own ledger is never short");
  return answer;
}

export function settled(answer: Settled | Refusal | Shortage): Settled {
  if (!('charges' in answer)) throw new Error(`not settled: ${answer.reason}`);
  return answer;
}
