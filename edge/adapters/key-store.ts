import { ApiError } from '../../gpu-backend/contract/errors.ts';

const SCOPES = ['generate', 'read', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** What is known of an API key. @see ../migrations/0001_api_keys.sql */
export interface KeyRecord {
  readonly id: string;
  /** SHA-256 of the key, 64 hex digits. */
  readonly hash: string;
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  /** Seconds since 1970; null: never. */
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

export interface KeyStore {
  /** The record of a key by its public part, whether it still holds or not. */
  find(id: string): Promise<KeyRecord | undefined>;
}

interface Row {
  readonly id: string;
  readonly hash: string;
  readonly tenant: string;
  readonly scopes: string;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
}

/** Keys in the D1 table `api_keys`. */
export function createD1KeyStore(db: D1Database): KeyStore {
  return {
    async find(id) {
      const row = await db
        .prepare('SELECT id, hash, tenant, scopes, expires_at, revoked_at FROM api_keys WHERE id = ?')
        .bind(id)
        .first<Row>()
        .catch((cause: unknown) => {
          throw new ApiError('internal_error', { cause });
        });
      if (!row) return undefined;
      const granted = row.scopes.split(' ');
      return {
        id: row.id,
        hash: row.hash,
        tenant: row.tenant,
        scopes: SCOPES.filter((scope) => granted.includes(scope)),
        expiresAt: row.expires_at,
        revokedAt: row.revoked_at,
      };
    },
  };
}
