/** Answers of `GET /v1/balance`, `/v1/usage` and `/v1/admin/keys`: as much of them as the console shows. */
export interface Balance {
  readonly tenant: string;
  readonly plan: 'prepaid' | 'postpaid';
  readonly credited: number;
  readonly spent: number;
  readonly reserved: number;
  readonly available: number | null;
  readonly billed: number;
}

export interface UsageTotal {
  readonly pictures: number;
  readonly units: number;
}

export interface UsageGroup extends UsageTotal {
  readonly group: string;
}

export interface Usage {
  readonly from: string;
  readonly to: string;
  readonly data: readonly UsageGroup[];
  readonly total: UsageTotal;
}

export type Scope = 'generate' | 'read' | 'admin';

export interface ApiKey {
  readonly id: string;
  readonly prefix: string;
  readonly tenant: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly status: 'active' | 'expired' | 'revoked';
  readonly limits: {
    readonly rate_per_minute: number | null;
    readonly day_units: number | null;
    readonly month_units: number | null;
    readonly total_units: number | null;
  };
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly last_used_at: number | null;
}

export interface ApiKeys {
  readonly data: readonly ApiKey[];
  readonly next_cursor: string | null;
}

/** A key that was issued just now, with its text. */
export interface IssuedKey extends ApiKey {
  readonly key?: string;
}
