import { type Budgets, NO_BUDGETS } from './key-record.ts';

/** Prepaid tenants spend credits that they have; postpaid ones are billed afterwards, without a cap of their own. */
export const TENANT_PLANS = ['prepaid', 'postpaid'] as const;
export type TenantPlan = (typeof TENANT_PLANS)[number];

export const TENANT_STATUSES = ['active', 'suspended'] as const;
export type TenantStatus = (typeof TENANT_STATUSES)[number];

/** Balance and usage ask every shard. */
export const MAX_SHARDS = 32;

/** Budgets of all keys of a tenant together. */
export interface TenantLimits extends Budgets {
  /** How often they were changed. */
  readonly version: number;
}

export const NO_TENANT_LIMITS: TenantLimits = { ...NO_BUDGETS, version: 0 };

/** Who owns keys, pictures and a balance. */
export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly plan: TenantPlan;
  readonly limits: TenantLimits;
  /** Ledgers beside its own, over which new keys are spread: it is too hot for one. They become no fewer. */
  readonly shards: number;
  /** The keys of a suspended tenant open nothing. */
  readonly status: TenantStatus;
  /** Whether its admin keys manage every tenant; those of any other manage their own alone. */
  readonly operator: boolean;
  /** Seconds since 1970. */
  readonly createdAt: number;
}
