import type { ApiKeyKind } from '../../gpu-backend/contract/api-key.ts';
import { type KeyRecord, SCOPES, type Scope } from './key-record.ts';

/** A row of `api_keys`, column by column. @see ../migrations/0002_tenants.sql, 0007_shards.sql */
export interface KeyRow {
  readonly id: string;
  readonly hash: string;
  readonly previous_hash: string | null;
  readonly previous_expires_at: number | null;
  readonly tenant: string;
  readonly name: string;
  readonly kind: string;
  readonly scopes: string;
  readonly rate_per_minute: number | null;
  readonly day_units: number | null;
  readonly month_units: number | null;
  readonly total_units: number | null;
  readonly shard: number;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
  readonly last_used_at: number | null;
}

export function keyOfRow(row: KeyRow): KeyRecord {
  const { previous_hash: hash, previous_expires_at: expiresAt } = row;
  const granted = row.scopes.split(' ');
  return {
    id: row.id,
    hash: row.hash,
    previous: hash !== null && expiresAt !== null ? { hash, expiresAt } : null,
    tenant: row.tenant,
    name: row.name,
    kind: row.kind as ApiKeyKind,
    scopes: SCOPES.filter((scope) => granted.includes(scope)),
    limits: {
      ratePerMinute: row.rate_per_minute,
      dayUnits: row.day_units,
      monthUnits: row.month_units,
      totalUnits: row.total_units,
    },
    shard: row.shard,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
  };
}

export function rowOfKey(key: KeyRecord): KeyRow {
  return {
    id: key.id,
    hash: key.hash,
    previous_hash: key.previous?.hash ?? null,
    previous_expires_at: key.previous?.expiresAt ?? null,
    tenant: key.tenant,
    name: key.name,
    kind: key.kind,
    scopes: scopesText(key.scopes),
    rate_per_minute: key.limits.ratePerMinute,
    day_units: key.limits.dayUnits,
    month_units: key.limits.monthUnits,
    total_units: key.limits.totalUnits,
    shard: key.shard,
    created_at: key.createdAt,
    expires_at: key.expiresAt,
    revoked_at: key.revokedAt,
    last_used_at: key.lastUsedAt,
  };
}

/** Scopes as they are stored: in the order of `SCOPES`, each once. */
export function scopesText(scopes: readonly Scope[]): string {
  return SCOPES.filter((scope) => scopes.includes(scope)).join(' ');
}
