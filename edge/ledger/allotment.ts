import type { TenantLimits, TenantPlan } from '../keys/tenant.ts';
import type { Allowance, RefusalReason } from './ledger.ts';
import type { RefusedRequest } from './refusals.ts';

/*
 * How a tenant's units come to its shards. The tenant's own ledger holds under all limits what it gives to a shard, as it
 * holds what it reserves; the shard spends of that alone. All that the two tell each other are sums since ever, which only
 * grow, so that a message that is lost, late or told twice changes nothing: the next one has all that it said.
 */

/** Units of a shard that are of one kind: from credit or to be billed, in the budgets of one day of UTC. */
export interface Pool {
  readonly plan: TenantPlan;
  readonly day: string;
}

/** What the tenant's ledger has ever given into a pool. */
export interface Allotment extends Pool {
  readonly granted: number;
}

/** An allotment as it answers a shortage. */
export interface Supply extends Allotment {
  /** The tenant's budgets that it was given under. */
  readonly limits: TenantLimits;
  /** Units that the tenant's ledger could still give then; null: no limit. */
  readonly left: number | null;
}

/** What a shard has ever given back and charged of a pool. */
export interface PoolReport extends Pool {
  readonly returned: number;
  readonly charged: number;
}

/** A shard has too few units for a request: nothing was done. */
export interface Shortage extends Pool {
  readonly granted: false;
  readonly reason: 'short';
  readonly shard: number;
  /** Units that the request needs. */
  readonly needed: number;
  /** Units ever given into the pool that would do. */
  readonly wanted: number;
  /** The tenant's budgets, as the request knows them. */
  readonly limits: TenantLimits;
  readonly reports: readonly PoolReport[];
  /** Under the key's own limits. */
  readonly allowance: Allowance;
  /** What is counted where it is refused; undefined: a settlement, which never is. */
  readonly request?: RefusedRequest;
}

/** Pools of a shard that may have units which nobody needs there. */
export interface Recall {
  readonly shard: number;
  readonly allotments: readonly Allotment[];
}

/** What a call to a ledger's object may carry when it is made again. */
export interface Retry {
  /** It was made before: its request is not counted again. */
  readonly isAgain?: boolean;
  /** What the shortage of the call before was answered with. */
  readonly supply?: Supply;
  /** It was refused for that, and what shards did not need was called back since. */
  readonly recalledFor?: RefusalReason;
}
