import type { Tenant, TenantPlan, TenantStatus } from './tenant.ts';

/** A row of `tenants`, column by column. @see ../migrations/0002_tenants.sql */
export interface TenantRow {
  readonly id: string;
  readonly name: string;
  readonly plan: string;
  readonly status: string;
  readonly operator: number;
  readonly created_at: number;
}

export function tenantOfRow(row: TenantRow): Tenant {
  return {
    id: row.id,
    name: row.name,
    plan: row.plan as TenantPlan,
    status: row.status as TenantStatus,
    operator: row.operator === 1,
    createdAt: row.created_at,
  };
}
