import { askDatabase } from './ask-database.ts';
import type { KeyLimits, KeyRecord, Scope } from './key-record.ts';
import { type KeyRow, keyOfRow, rowOfKey, scopesText } from './key-row.ts';
import { NEWEST, type Page, type PageRequest, pageOf } from './page.ts';
import type { Tenant } from './tenant.ts';

/** What may change about a key; what is left out stays. */
interface KeyChange {
  readonly name?: string | undefined;
  readonly scopes?: readonly Scope[] | undefined;
  readonly expiresAt?: number | null | undefined;
  readonly limits?: Partial<{ [Limit in keyof KeyLimits]: KeyLimits[Limit] | undefined }> | undefined;
}

/** The keys as those who manage them see them. Times are seconds since 1970. */
export interface KeyRegistry {
  /** Where a new key of the tenant goes: the shard with the fewest keys; 0 where there is none. */
  shardFor(tenant: Pick<Tenant, 'id' | 'shards'>): Promise<number>;
  /** Its tenant must exist, its id must not. */
  add(key: KeyRecord): Promise<void>;
  get(id: string): Promise<KeyRecord | undefined>;
  /** Newest first; `tenant` undefined: those of all. */
  list(tenant: string | undefined, page: PageRequest): Promise<Page<KeyRecord>>;
  /** Undefined: there is no such key, or it is revoked. */
  change(id: string, change: KeyChange): Promise<KeyRecord | undefined>;
  /** For ever; an earlier revocation keeps its time. Undefined: there is no such key. */
  revoke(id: string, nowS: number): Promise<KeyRecord | undefined>;
  /**
   * Puts `hash` in place of `key`'s, which goes on holding until `overlapEndsAt` (null: ends now). Undefined: the key was
   * changed by another re-roll, or revoked, since it was read.
   */
  reroll(key: KeyRecord, hash: string, overlapEndsAt: number | null): Promise<KeyRecord | undefined>;
}

/** Keys in the D1 table `api_keys`. */
export function createD1KeyRegistry(db: D1Database): KeyRegistry {
  async function first(sql: string, ...values: unknown[]): Promise<KeyRecord | undefined> {
    const row = await askDatabase(
      db
        .prepare(sql)
        .bind(...values)
        .first<KeyRow>(),
    );
    return row ? keyOfRow(row) : undefined;
  }
  return {
    async shardFor({ id, shards }) {
      const query = db.prepare(
        'SELECT shard, count(*) AS keys FROM api_keys WHERE tenant = ? GROUP BY shard',
      );
      const { results } = await askDatabase(query.bind(id).all<{ shard: number; keys: number }>());
      const keysOf = new Map(results.map(({ shard, keys }) => [shard, keys]));
      const places = Array.from({ length: shards }, (_, index) => index + 1);
      const [fewest = 0] = places.sort((a, b) => (keysOf.get(a) ?? 0) - (keysOf.get(b) ?? 0));
      return fewest;
    },
    async add(key) {
      const row = rowOfKey(key);
      const columns = Object.keys(row);
      const places = columns.map(() => '?').join(', ');
      const insert = db.prepare(`INSERT INTO api_keys (${columns.join(', ')}) VALUES (${places})`);
      await askDatabase(insert.bind(...Object.values(row)).run());
    },
    get: (id) => first('SELECT * FROM api_keys WHERE id = ?', id),
    async list(tenant, page) {
      const { createdAt, id } = page.after ?? NEWEST;
      const select = tenant === undefined ? '' : 'tenant = ?4 AND';
      const query = db
        .prepare(
          `SELECT * FROM api_keys WHERE ${select} (created_at, id) < (?1, ?2)
           ORDER BY created_at DESC, id DESC LIMIT ?3`,
        )
        .bind(createdAt, id, page.limit + 1, ...(tenant === undefined ? [] : [tenant]));
      const { results } = await askDatabase(query.all<KeyRow>());
      return pageOf(results.map(keyOfRow), page);
    },
    change(id, change) {
      const values = Object.entries(columnsOf(change)).filter(([, value]) => value !== undefined);
      if (values.length === 0) return first('SELECT * FROM api_keys WHERE id = ? AND revoked_at IS NULL', id);
      const set = values.map(([column]) => `${column} = ?`).join(', ');
      return first(
        `UPDATE api_keys SET ${set} WHERE id = ? AND revoked_at IS NULL RETURNING *`,
        ...values.map(([, value]) => value),
        id,
      );
    },
    revoke: (id, nowS) =>
      first(
        `UPDATE api_keys SET revoked_at = ifnull(revoked_at, ?2), previous_hash = NULL, previous_expires_at = NULL
         WHERE id = ?1 RETURNING *`,
        id,
        nowS,
      ),
    reroll: (key, hash, overlapEndsAt) =>
      first(
        `UPDATE api_keys SET hash = ?3, previous_hash = ?4, previous_expires_at = ?5
         WHERE id = ?1 AND hash = ?2 AND revoked_at IS NULL RETURNING *`,
        key.id,
        key.hash,
        hash,
        overlapEndsAt === null ? null : key.hash,
        overlapEndsAt,
      ),
  };
}

function columnsOf({ name, scopes, expiresAt, limits }: KeyChange): Partial<Record<keyof KeyRow, unknown>> {
  return {
    name,
    scopes: scopes && scopesText(scopes),
    expires_at: expiresAt,
    rate_per_minute: limits?.ratePerMinute,
    day_units: limits?.dayUnits,
    month_units: limits?.monthUnits,
    total_units: limits?.totalUnits,
  };
}
