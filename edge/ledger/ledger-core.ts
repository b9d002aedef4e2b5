import type { Allotment, PoolReport, Retry, Shortage, Supply } from './allotment.ts';
import { isHeld } from './charge-row.ts';
import type { CrashPoint, LedgerAction } from './crash-point.ts';
import { addCredit, balanceOf } from './credits.ts';
import { expireLeases, nextLeaseEndsAt } from './expire-leases.ts';
import { giveToShard, recallsFor, takeBack } from './given.ts';
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
import { ledgerNameOf } from './ledger-name.ts';
import { LimitReached } from './limit-reached.ts';
import { delayUsage, forgetUsage, nextUsage, type OutboxBatch, resendUsage, usageDueAt } from './outbox.ts';
import { PoolShort } from './pool-short.ts';
import { acceptSupply, emptyPools } from './pools.ts';
import { takeRequest } from './rate.ts';
import { countRefused, type RefusedRequest, refusedRequestOf } from './refusals.ts';
import { openAccount } from './schema.ts';
import { type SettleContext, settleLines } from './settle-lines.ts';
import { allowanceOf, shortageOf } from './spending.ts';
import type { Sql } from './sql.ts';
import { chargesOfDay, usageTotals } from './usage-totals.ts';
import { dayOf } from './utc-periods.ts';

export interface LedgerCoreOptions {
  readonly sql: Sql;
  readonly tenant: string;
  /** Of the tenant; 0, which is also where none is given: its own ledger. */
  readonly shard?: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly crashPoint?: CrashPoint;
}

/** The ledger itself: synchronous, each call one transaction. Its calls are told at `Ledger`, `Account`, `LedgerPart`. */
export interface LedgerCore {
  reserve(request: ReserveRequest & Retry): Reservation | Shortage;
  settle(settlement: Settlement & Retry): Settled | Refusal | Shortage;
  record(request: RecordRequest & Retry): Recorded | Shortage;
  allowance(spender: Spender): Allowance;
  supply(shortage: Shortage): Supply | Refusal;
  giveBack(allotments: readonly Allotment[]): readonly PoolReport[];
  takeBack(shard: number, reports: readonly PoolReport[]): void;
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

type CountedRequest = Pick<RecordRequest, 'spender'> & Pick<ReserveRequest, 'lines'> & Retry;

/** Of a refusal that no key's limits are known for. */
const NO_ALLOWANCE: Allowance = { remaining: null, rate: null };

/** @throws Error when the database is another ledger's. */
export function createLedgerCore(options: LedgerCoreOptions): LedgerCore {
  const { sql, tenant, shard = 0, now, crashPoint = () => undefined } = options;
  openAccount(sql, ledgerNameOf({ tenant, shard }));

  /** One transaction between its two steps. */
  function commit<T>(name: LedgerAction, work: (context: SettleContext) => T): T {
    const context = { sql, tenant, shard, nowMs: now() };
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
    return allowanceOf({ sql, shard, nowMs: now() }, spender);
  }

  /** What `work` gives, or why it did nothing: a limit, or a shard's pool. `request`: to be counted if it is refused. */
  function unlessRefused<T>(
    spender: Spender,
    work: () => T,
    request?: RefusedRequest,
  ): T | Refusal | Shortage {
    try {
      return work();
    } catch (error) {
      if (error instanceof PoolShort) {
        const shortage = commit('shortage', (context) => shortageOf(context, spender, error.needed));
        return request ? { ...shortage, request } : shortage;
      }
      if (!(error instanceof LimitReached)) throw error;
      const refusal = refusalOf(error, dayOf(now()));
      if (request) countRefused(sql, request, refusal, dayOf(now()));
      return { ...refusal, allowance: allowance(spender) };
    }
  }

  function refusalOf({ refusal }: LimitReached, day: string): Refusal {
    const recalls = recallsFor(sql, refusal.reason, day);
    return {
      granted: false,
      ...refusal,
      allowance: NO_ALLOWANCE,
      ...(recalls.length > 0 && { recalls }),
    };
  }

  /** Before units are held. */
  function begin({ spender, lines, isAgain = false, supply }: CountedRequest): void {
    if (supply) commit('accept', () => acceptSupply(sql, supply));
    // Outside of the transaction: a request that the budget refuses counts against the rate. One that is repeated since
    // its answer was lost does not, and is never refused what it has.
    if (!isAgain && !lines.every(({ chargeId }) => isHeld(sql, chargeId))) takeRequest(sql, spender, now());
    expire();
  }

  return {
    reserve: (request) =>
      unlessRefused(
        request.spender,
        () => {
          begin(request);
          const lease = commit('reserve', (context) => holdLines(context, request));
          return { granted: true as const, lease, allowance: allowance(request.spender) };
        },
        refusedRequestOf(request),
      ),
    settle: (settlement) =>
      unlessRefused(settlement.spender, () => {
        begin({ ...settlement, lines: [] });
        const charges = commit('settle', (context) => settleLines(context, settlement));
        return { charges, allowance: allowance(settlement.spender) };
      }),
    record: (request) =>
      unlessRefused(
        request.spender,
        () => {
          begin(request);
          const { spender, lines } = request;
          const charges = commit('record', (context) => {
            const lease = holdLines(context, { ...request, leaseMs: 0 });
            return settleLines(context, { lease, spender, lines });
          });
          return { granted: true as const, charges, allowance: allowance(spender) };
        },
        refusedRequestOf(request),
      ),
    allowance(spender) {
      expire();
      return allowance(spender);
    },
    supply(shortage) {
      expire();
      const { shard: from, reports } = shortage;
      if (reports.length > 0) commit('take-back', () => takeBack(sql, from, reports));
      try {
        return commit('supply', ({ nowMs }) => giveToShard(sql, shortage, nowMs));
      } catch (error) {
        if (!(error instanceof LimitReached)) throw error;
        const refusal = refusalOf(error, shortage.day);
        if (shortage.request) countRefused(sql, shortage.request, refusal, shortage.day);
        return refusal;
      }
    },
    giveBack(allotments) {
      expire();
      return commit('give-back', () => emptyPools(sql, allotments));
    },
    takeBack: (from, reports) => commit('take-back', () => takeBack(sql, from, reports)),
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
