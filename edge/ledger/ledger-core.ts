import { isHeld } from './charge-row.ts';
import type { CrashPoint, LedgerAction } from './crash-point.ts';
import { addCredit, balanceOf } from './credits.ts';
import { expireLeases, nextLeaseEndsAt } from './expire-leases.ts';
import { holdLines } from './hold-lines.ts';
import type {
  Allowance,
  Balance,
  ChargesQuery,
  Credited,
  CreditGrant,
  Recorded,
  RecordRequest,
  Refusal,
  Reservation,
  ReserveRequest,
  Settled,
  SettledCharge,
  Settlement,
  Spender,
  UsageGroupTotal,
  UsageQuery,
} from './ledger.ts';
import { LimitReached } from './limit-reached.ts';
import { delayUsage, forgetUsage, nextUsage, type OutboxBatch, resendUsage, usageDueAt } from './outbox.ts';
import { takeRequest } from './rate.ts';
import { openAccount } from './schema.ts';
import { type SettleContext, settleLines } from './settle-lines.ts';
import { allowanceOf } from './spending.ts';
import type { Sql } from './sql.ts';
import { chargesOfDay, usageTotals } from './usage-totals.ts';

export interface LedgerCoreOptions {
  readonly sql: Sql;
  readonly tenant: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly crashPoint?: CrashPoint;
}

/** The ledger itself: synchronous, each call one transaction. The port's calls are told at `Ledger`. */
export interface LedgerCore {
  reserve(request: ReserveRequest): Reservation;
  settle(settlement: Settlement): Settled;
  record(request: RecordRequest): Recorded;
  usage(query: UsageQuery): readonly UsageGroupTotal[];
  charges(query: ChargesQuery): readonly SettledCharge[];
  resend(chargeIds: readonly string[]): void;
  balance(): Balance;
  credit(grant: CreditGrant): Credited;
  /** Releases reservations whose lease has ended. */
  expire(): void;
  /** The messages to send next, if any is due. */
  nextUsage(): OutboxBatch | undefined;
  /** The messages up to there were sent. */
  forgetUsage(upTo: number): void;
  /** The messages could not be sent; they are due later. */
  delayUsage(): void;
  /** When `expire` or the outbox has something to do; null: nothing is open. */
  nextAlarmAt(): number | null;
}

type CountedRequest = Pick<RecordRequest, 'spender'> & Pick<ReserveRequest, 'lines'>;

/** @throws Error when the database is the account of another tenant. */
export function createLedgerCore(options: LedgerCoreOptions): LedgerCore {
  const { sql, tenant, now, crashPoint = () => undefined } = options;
  openAccount(sql, tenant);

  /** One transaction between its two steps. */
  function commit<T>(name: LedgerAction, work: (context: SettleContext) => T): T {
    const context = { sql, tenant, nowMs: now() };
    const result = sql.transaction(() => {
      const value = work(context);
      crashPoint(`ledger.${name}.before-commit`);
      return value;
    });
    crashPoint(`ledger.${name}.after-commit`);
    return result;
  }

  /** A transaction of its own: ended leases give their units back also when what follows is refused. */
  function expire(): void {
    const endsAt = nextLeaseEndsAt(sql);
    if (endsAt !== null && endsAt <= now()) commit('expire', expireLeases);
  }

  function allowance(spender: Spender): Allowance {
    return allowanceOf(sql, spender, now());
  }

  /** What `work` gives, or why it was refused; it has changed nothing then but the count of requests. */
  function unlessRefused<T>({ spender, lines }: CountedRequest, work: () => T): T | Refusal {
    try {
      // Outside of the transaction: a request that the budget refuses counts against the rate. One that is repeated since
      // its answer was lost does not, and is never refused what it has.
      if (!lines.every(({ chargeId }) => isHeld(sql, chargeId))) takeRequest(sql, spender, now());
      expire();
      return work();
    } catch (error) {
      if (!(error instanceof LimitReached)) throw error;
      return { granted: false, ...error.refusal, allowance: allowance(spender) };
    }
  }

  return {
    reserve: (request) =>
      unlessRefused(request, () => {
        const lease = commit('reserve', ({ nowMs }) => holdLines(sql, request, nowMs));
        return { granted: true as const, lease, allowance: allowance(request.spender) };
      }),
    settle(settlement) {
      expire();
      const charges = commit('settle', (context) => settleLines(context, settlement));
      return { charges, allowance: allowance(settlement.spender) };
    },
    record: (request) =>
      unlessRefused(request, () => {
        const { spender, lines } = request;
        const charges = commit('record', (context) => {
          const lease = holdLines(sql, { ...request, leaseMs: 0 }, context.nowMs);
          return settleLines(context, { lease, spender, lines });
        });
        return { granted: true as const, charges, allowance: allowance(spender) };
      }),
    usage: (query) => usageTotals(sql, query),
    charges: (query) => chargesOfDay(sql, tenant, query),
    resend: (chargeIds) => sql.transaction(() => resendUsage(sql, chargeIds, now())),
    balance: () => balanceOf(sql),
    credit(grant) {
      const result = commit('credit', ({ nowMs }) => addCredit(sql, grant, nowMs));
      return { result, balance: balanceOf(sql) };
    },
    expire,
    nextUsage() {
      const dueAt = usageDueAt(sql);
      return dueAt !== null && dueAt <= now() ? nextUsage(sql, tenant) : undefined;
    },
    forgetUsage: (upTo) => sql.transaction(() => forgetUsage(sql, upTo)),
    delayUsage: () => delayUsage(sql, now()),
    nextAlarmAt() {
      const times = [nextLeaseEndsAt(sql), usageDueAt(sql)].filter((time) => time !== null);
      return times.length === 0 ? null : Math.min(...times);
    },
  };
}
