import { askDatabase } from './ask-database.ts';
import type { Budgets } from './key-record.ts';
import { NEWEST, type Page, type PageRequest, pageOf } from './page.ts';
import { MAX_SHARDS, type Tenant, type TenantPlan, type TenantStatus } from './tenant.ts';
import { rowOfTenant, type TenantRow, tenantOfRow } from './tenant-row.ts';

/** What may change about a tenant; what is left out stays. */
interface TenantChange {
  readonly name?: string | undefined;
  readonly plan?: TenantPlan | undefined;
  readonly status?: TenantStatus | undefined;
  /** No fewer than there are. */
  readonly shards?: number | undefined;
  readonly limits?: { [Budget in keyof Budgets]?: Budgets[Budget] | undefined } | undefined;
}

/** The tenants. None is ever deleted: usage and receipts name them. */
export interface TenantRegistry {
  /** False: there is one of that id. */
  add(tenant: Tenant): Promise<boolean>;
  get(id: string): Promise<Tenant | undefined>;
  /** Newest first; `id` undefined: all, else that one alone. */
  list(id: string | undefined, page: PageRequest): Promise<Page<Tenant>>;
  /** Undefined: there is no such tenant, or it has more shards by now. */
  change(id: string, change: TenantChange): Promise<Tenant | undefined>;
}

/** Tenants in the D1 table `tenants`. */
export function createD1TenantRegistry(db: D1Database): TenantRegistry {
  async function first(sql: string, ...values: unknown[]): Promise<Tenant | undefined> {
    const row = await askDatabase(
      db
        .prepare(sql)
        .bind(...values)
        .first<TenantRow>(),
    );
    return row ? tenantOfRow(row) : undefined;
  }
  return {
    async add(tenant) {
      const row = rowOfTenant(tenant);
      const columns = Object.keys(row);
      const places = columns.map(() => '?').join(', ');
      const insert = db.prepare(
        `INSERT INTO tenants (${columns.join(', ')}) VALUES (${places}) ON CONFLICT (id) DO NOTHING`,
      );
      const { meta } = await askDatabase(insert.bind(...Object.values(row)).run());
      return meta.changes > 0;
    },
    get: (id) => first('SELECT * FROM tenants WHERE id = ?', id),
    async list(id, page) {
      const after = page.after ?? NEWEST;
      const query = db
        .prepare(
          `SELECT * FROM tenants WHERE id = ifnull(?4, id) AND (created_at, id) < (?1, ?2)
           ORDER BY created_at DESC, id DESC LIMIT ?3`,
        )
        .bind(after.createdAt, after.id, page.limit + 1, id ?? null);
      const { results } = await askDatabase(query.all<TenantRow>());
      return pageOf(results.map(tenantOfRow), page);
    },
    change(id, change) {
      const values = Object.entries(columnsOf(change)).filter(([, value]) => value !== undefined);
      if (values.length === 0) return first('SELECT * FROM tenants WHERE id = ?', id);
      const changesLimits = Object.values(change.limits ?? {}).some((value) => value !== undefined);
      const set = [
        ...values.map(([column]) => `${column} = ?`),
        ...(changesLimits ? ['limits_version = limits_version + 1'] : []),
      ].join(', ');
      return first(
        `UPDATE tenants SET ${set} WHERE id = ? AND shards <= ? RETURNING *`,
        ...values.map(([, value]) => value),
        id,
        change.shards ?? MAX_SHARDS,
      );
    },
  };
}

function columnsOf({
  name,
  plan,
  status,
  shards,
  limits,
}: TenantChange): Partial<Record<keyof TenantRow, unknown>> {
  return {
    name,
    plan,
    status,
    shards,
    day_units: limits?.dayUnits,
    month_units: limits?.monthUnits,
    total_units: limits?.totalUnits,
  };
}
