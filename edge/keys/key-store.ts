import { askDatabase } from './ask-database.ts';
import type { KeyRecord } from './key-record.ts';
import { type KeyRow, keyOfRow } from './key-row.ts';
import type { Tenant } from './tenant.ts';
import { type TenantRow, tenantOfRow } from './tenant-row.ts';

/** Who shows a key: the key, and the tenant that owns it. */
export interface KeyHolder {
  readonly key: KeyRecord;
  readonly tenant: Tenant;
}

/** As much of the keys as every request needs. */
export interface KeyStore {
  /** The holder of a key by its public part, whether it still holds or not. */
  find(id: string): Promise<KeyHolder | undefined>;
  /** Notes a use, at most once a minute. `nowS`: seconds since 1970. */
  touch(id: string, nowS: number): Promise<void>;
}

/** `last_used_at` is written no more often. */
export const TOUCH_EVERY_S = 60;

/** One row of the same columns also for a key that is not there: its answer takes as long as any other's. */
const FIND = `
  SELECT api_keys.*, plan, status, operator, shards, limits_version, tenants.name AS tenant_name, tenants.created_at AS tenant_created_at,
    tenants.day_units AS tenant_day_units, tenants.month_units AS tenant_month_units,
    tenants.total_units AS tenant_total_units
  FROM (SELECT ? AS asked) LEFT JOIN api_keys ON api_keys.id = asked LEFT JOIN tenants ON tenants.id = tenant`;

const TOUCH = 'UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1 AND ifnull(last_used_at, 0) <= ?2 - ?3';

type FoundRow = KeyRow &
  Pick<TenantRow, 'plan' | 'status' | 'operator' | 'shards' | 'limits_version'> & {
    readonly tenant_name: string;
    readonly tenant_created_at: number;
    readonly tenant_day_units: number | null;
    readonly tenant_month_units: number | null;
    readonly tenant_total_units: number | null;
  };

interface NoRow {
  readonly id: null;
}

/** Keys in D1. Reads go to its primary (no session is used), so they see every earlier write. */
export function createD1KeyStore(db: D1Database): KeyStore {
  return {
    async find(id) {
      const row = await askDatabase(db.prepare(FIND).bind(id).first<FoundRow | NoRow>());
      if (!row || row.id === null) return undefined;
      const tenant: TenantRow = {
        id: row.tenant,
        name: row.tenant_name,
        plan: row.plan,
        status: row.status,
        operator: row.operator,
        day_units: row.tenant_day_units,
        month_units: row.tenant_month_units,
        total_units: row.tenant_total_units,
        limits_version: row.limits_version,
        shards: row.shards,
        created_at: row.tenant_created_at,
      };
      return { key: keyOfRow(row), tenant: tenantOfRow(tenant) };
    },
    async touch(id, nowS) {
      await askDatabase(db.prepare(TOUCH).bind(id, nowS, TOUCH_EVERY_S).run());
    },
  };
}
