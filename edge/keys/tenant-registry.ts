import { askDatabase } from './ask-database.ts';
import { NEWEST, type Page, type PageRequest, pageOf } from './page.ts';
import type { Tenant, TenantPlan, TenantStatus } from './tenant.ts';
import { type TenantRow, tenantOfRow } from './tenant-row.ts';

/** What may change about a tenant; what is left out stays. */
interface TenantChange {
  readonly name?: string | undefined;
  readonly plan?: TenantPlan | undefined;
  readonly status?: TenantStatus | undefined;
}

/** The tenants. None is ever deleted: usage and receipts name them. */
export interface TenantRegistry {
  /** False: there is one of that id. */
  add(tenant: Tenant): Promise<boolean>;
  get(id: string): Promise<Tenant | undefined>;
  /** Newest first; `id` undefined: all, else that one alone. */
  list(id: string | undefined, page: PageRequest): Promise<Page<Tenant>>;
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
    async add({ id, name, plan, status, operator, createdAt }) {
      const insert = db
        .prepare('INSERT INTO tenants VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING')
        .bind(id, name, plan, status, Number(operator), createdAt);
      const { meta } = await askDatabase(insert.run());
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
    change: (id, { name = null, plan = null, status = null }) =>
      first(
        `UPDATE tenants SET name = ifnull(?2, name), plan = ifnull(?3, plan), status = ifnull(?4, status)
         WHERE id = ?1 RETURNING *`,
        id,
        name,
        plan,
        status,
      ),
  };
}
