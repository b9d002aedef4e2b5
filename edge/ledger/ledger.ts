import type { KeyLimits } from '../keys/key-record.ts';
import type { TenantLimits, TenantPlan } from '../keys/tenant.ts';
import type { Allotment, PoolReport, Recall, Retry, Shortage, Supply } from './allotment.ts';
import type { LedgerPlace } from './ledger-name.ts';

/**
 * How a picture of a request ended. The first three are charged (committed, at what the price list says, which may be
 * 0 units); the others never are (released).
 */
export const OUTCOMES = ['generated', 'cache_hit', 'follower', 'failed', 'refused', 'moderated'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const CHARGED_OUTCOMES: ReadonlySet<Outcome> = new Set(['generated', 'cache_hit', 'follower']);

/** Whose units are spent, and under which limits: those of the key, and those of the tenant over all its keys. */
export interface Spender {
  readonly keyId: string;
  readonly plan: TenantPlan;
  readonly limits: KeyLimits;
  readonly tenantLimits: TenantLimits;
}

/** One picture of one request. @see charge-id.ts */
export interface ChargeLine {
  readonly chargeId: string;
  readonly fingerprint: string;
  /** The price: an integer ≥ 0. */
  readonly units: number;
}

export interface ReserveRequest {
  /** Idempotency-Key if the client gave one, else the request's id. */
  readonly requestKey: string;
  readonly spender: Spender;
  /** Id of the model. */
  readonly model: string;
  readonly lines: readonly ChargeLine[];
  /** The reservation ends by itself after so long: longer than the request may take. */
  readonly leaseMs: number;
}

/** What the ledger's rows say is left, after the call that it answers. */
export interface Allowance {
  /** Units that this key can still reserve: the least of credit and budgets; null: no limit. */
  readonly remaining: number | null;
  /** Null when the key has no rate limit. */
  readonly rate: RateState | null;
}

export interface RateState {
  readonly limitPerMinute: number;
  /** Requests that may come now. */
  readonly remaining: number;
  /** Seconds until all of `limitPerMinute` may come at once again, rounded up. */
  readonly resetS: number;
}

export type Reservation = Granted | Refusal;

interface Granted {
  readonly granted: true;
  /** Names this reservation when it is settled. */
  readonly lease: number;
  readonly allowance: Allowance;
}

/**
 * Why nothing was reserved. `conflict`: a charge of this id exists for another picture, so the request key was used
 * for another request.
 */
export type RefusalReason = 'rate' | BudgetReason | `tenant_${BudgetReason}` | 'balance' | 'conflict';
/** Units of a key, or with `tenant_` of all keys of the tenant together. */
export type BudgetReason = 'budget_day' | 'budget_month' | 'budget_total';

export interface Refusal {
  readonly granted: false;
  readonly reason: RefusalReason;
  /** Units (with `rate`: requests) that were left, and that the request needs. */
  readonly available: number;
  readonly needed: number;
  /** Seconds after which the limit has room again; null where waiting alone does not help. */
  readonly retryAfterS: number | null;
  readonly allowance: Allowance;
  /** Shards whose units, given back, may be enough; told to none but `tenant-ledgers.ts`. */
  readonly recalls?: readonly Recall[];
}

export interface Settlement {
  /** Of the reservation. A release under an older lease than the charge's present one changes nothing. */
  readonly lease: number;
  readonly spender: Spender;
  readonly lines: readonly SettlementLine[];
  /** Units that may be elsewhere are not waited for: what the limits refuse is free. */
  readonly isFinal?: boolean;
}

export interface SettlementLine {
  readonly chargeId: string;
  readonly outcome: Outcome;
  /** Units to charge, at most those reserved; not read for outcomes that are never charged. */
  readonly units: number;
}

/** A request that is reserved and settled in one: its pictures existed, or it is known to cost nothing. */
export interface RecordRequest extends Omit<ReserveRequest, 'lines' | 'leaseMs'> {
  readonly lines: readonly (ChargeLine & { readonly outcome: Outcome })[];
}

/** A charge that has ended, as all who ask are told it. */
export interface SettledCharge {
  readonly chargeId: string;
  readonly tenant: string;
  readonly keyId: string;
  readonly model: string;
  readonly fingerprint: string;
  readonly outcome: Outcome;
  /** Units charged. */
  readonly units: number;
  /** The UTC day whose budgets they count in. */
  readonly day: string;
  /** Milliseconds since 1970. */
  readonly settledAt: number;
}

export interface Settled {
  /** In the order of the lines. Units are those charged, also where an earlier call had settled the line. */
  readonly charges: readonly SettledCharge[];
  readonly allowance: Allowance;
}

export type Recorded = ({ readonly granted: true } & Settled) | Refusal;

export const USAGE_GROUPS = ['day', 'key', 'model', 'outcome'] as const;
export type UsageGroup = (typeof USAGE_GROUPS)[number];

export interface UsageQuery {
  /** Days of UTC, `2026-11-23`, both inclusive. */
  readonly from: string;
  readonly to: string;
  readonly groupBy: UsageGroup;
}

export interface UsageGroupTotal {
  /** The day, key id, model id or outcome. */
  readonly group: string;
  readonly pictures: number;
  readonly units: number;
}

/** A page of a day's settled charges. */
export interface ChargesQuery {
  readonly day: string;
  /** Charges behind this id; empty: from the first. */
  readonly after: string;
  readonly limit: number;
}

/** Units of the tenant. Credit that is left is `credited - spent - reserved`, never below 0. */
export interface Balance {
  readonly credited: number;
  /** Charged against credit (prepaid). */
  readonly spent: number;
  /** Held by reservations against credit. */
  readonly reserved: number;
  readonly available: number;
  /** Charged to be billed (postpaid). */
  readonly billed: number;
}

/** Prepaid units for a tenant; granted once for each id. */
export interface CreditGrant {
  readonly id: string;
  readonly units: number;
  readonly note: string;
}

export interface Credited {
  /** `known`: this grant was made before; `conflict`: one of this id, with other units. Nothing is added then. */
  readonly result: 'added' | 'known' | 'conflict';
  readonly balance: Balance;
}

/**
 * What requests spend by: the ledger that a key is in. Every call is one transaction and may be repeated: what it has
 * changed once it changes no second time.
 */
export interface Ledger {
  /** All lines or none. Lines that are charged already stay as they are and need nothing. */
  reserve(request: ReserveRequest): Promise<Reservation>;
  /**
   * Commits or releases each line, exactly once. A line whose lease has ended is charged where the limits still allow
   * it, else it is free: no limit is passed for a late answer.
   * @throws Error for a charge that was never reserved, or more units than were.
   */
  settle(settlement: Settlement): Promise<Settled>;
  /** `reserve` and `settle` in one. */
  record(request: RecordRequest): Promise<Recorded>;
  /** What is left to a spender now. */
  allowance(spender: Spender): Promise<Allowance>;
}

/** What all ledgers of a tenant have together. */
export interface Account {
  /** Totals of settled charges, by group in ascending order. */
  usage(query: UsageQuery): Promise<readonly UsageGroupTotal[]>;
  /** In the order of their ids. */
  charges(query: ChargesQuery): Promise<readonly SettledCharge[]>;
  /** Sends settled charges to the usage queue again. */
  resend(chargeIds: readonly string[]): Promise<void>;
  balance(): Promise<Balance>;
  credit(grant: CreditGrant): Promise<Credited>;
}

export type LedgerOf = (place: LedgerPlace) => Ledger;

/** `shards`: how many the tenant has beside its own ledger. */
export type AccountOf = (tenant: string, shards: number) => Account;

/** One ledger by itself, as its object answers: a tenant's own, or one of its shards. @see tenant-ledgers.ts */
export interface LedgerPart extends Account {
  reserve(request: ReserveRequest & Retry): Promise<Reservation | Shortage>;
  settle(settlement: Settlement & Retry): Promise<Settled | Refusal | Shortage>;
  record(request: RecordRequest & Retry): Promise<Recorded | Shortage>;
  allowance(spender: Spender): Promise<Allowance>;
  /** Of a tenant's own: gives a shard what it is short of. */
  supply(shortage: Shortage): Promise<Supply | Refusal>;
  /** Of a shard: gives back what it does not need. */
  giveBack(allotments: readonly Allotment[]): Promise<readonly PoolReport[]>;
  /** Of a tenant's own: takes what a shard gave back. */
  takeBack(shard: number, reports: readonly PoolReport[]): Promise<void>;
}

/** By its name. @see ledger-name.ts */
export type LedgerPartOf = (name: string) => LedgerPart;
