import type { Tenant, TenantPlan, TenantStatus } from './tenant.ts';

/** A row of `tenants`, column by column. @see ../migrations/0002_tenants.sql, 0005_tenant_budgets.sql, 0007_shards.sql */
export interface TenantRow {
  readonly id: string;
  readonly name: string;
  readonly plan: string;
  readonly status: string;
  readonly operator: number;
  readonly day_units: number | null;
  readonly month_units: number | null;
  readonly total_units: number | null;
  readonly limits_version: number;
  readonly shards: number;
  readonly created_at: number;
}

export function tenantOfRow(row: TenantRow): Tenant {
  return {
    id: row.id,
    name: row.name,
    plan: row.plan as TenantPlan,
    status: row.status as TenantStatus,
    operator: row.operator === 1,
    limits: {
      dayUnits: row.day_units,
      monthUnits: row.month_units,
      totalUnits: row.total_units,
      version: row.limits_version,
    },
    shards: row.shards,
    createdAt: row.created_at,
  };
}

export function rowOfTenant({ limits, ...tenant }: Tenant): TenantRow {
  const { id, name, plan, status, operator, shards, createdAt } = tenant;
  return {
    id,
    name,
    plan,
    status,
    operator: Number(operator),
    day_units: limits.dayUnits,
    month_units: limits.monthUnits,
    total_units: limits.totalUnits,
    limits_version: limits.version,
    shards,
    created_at: createdAt,
  };
}
