import type { Budgets } from './key-record.ts';

/** Prepaid tenants spend credits that they have; postpaid ones are billed afterwards, without a cap of their own. */
export const TENANT_PLANS = ['prepaid', 'postpaid'] as const;
export type TenantPlan = (typeof TENANT_PLANS)[number];

export const TENANT_STATUSES = ['active', 'suspended'] as const;
export type TenantStatus = (typeof TENANT_STATUSES)[number];

/** Who owns keys, pictures and a balance. */
export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly plan: TenantPlan;
  /** Of all its keys together. */
  readonly limits: Budgets;
  /** The keys of a suspended tenant open nothing. */
  readonly status: TenantStatus;
  /** Whether its admin keys manage every tenant; those of any other manage their own alone. */
  readonly operator: boolean;
  /** Seconds since 1970. */
  readonly createdAt: number;
}
