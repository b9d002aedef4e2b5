import type { ApiKeyKind } from '../../gpu-backend/contract/api-key.ts';

/** What a key may do: make pictures, look at models and usage, manage keys. */
export const SCOPES = ['generate', 'read', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Units a day, a month, and in all, which the ledger enforces; null: no limit. Days and months are those of UTC. */
export interface Budgets {
  readonly dayUnits: number | null;
  readonly monthUnits: number | null;
  readonly totalUnits: number | null;
}

/** Bounds of one key. */
export interface KeyLimits extends Budgets {
  /** Requests in any minute. */
  readonly ratePerMinute: number | null;
}

export const NO_BUDGETS: Budgets = { dayUnits: null, monthUnits: null, totalUnits: null };

export const NO_LIMITS: KeyLimits = { ratePerMinute: null, ...NO_BUDGETS };

/**
 * What is known of an API key. Its id is for life: a re-roll changes the secret alone, so budgets, usage and receipts go
 * on under the same id. Times are seconds since 1970. @see ../migrations/0002_tenants.sql, 0007_shards.sql
 */
export interface KeyRecord {
  readonly id: string;
  /** SHA-256 of the key, 64 hex digits. */
  readonly hash: string;
  /** The secret before the last re-roll, while it overlaps. */
  readonly previous: { readonly hash: string; readonly expiresAt: number } | null;
  /** Id of the tenant that owns it. */
  readonly tenant: string;
  readonly name: string;
  readonly kind: ApiKeyKind;
  readonly scopes: readonly Scope[];
  readonly limits: KeyLimits;
  /** In which of the tenant's ledgers it is, for life; 0: the tenant's own. */
  readonly shard: number;
  readonly createdAt: number;
  /** Null: never. */
  readonly expiresAt: number | null;
  /** Null: not revoked. Revocation is for ever. */
  readonly revokedAt: number | null;
  /** To the minute; null: never. */
  readonly lastUsedAt: number | null;
}
