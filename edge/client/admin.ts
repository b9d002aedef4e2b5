import type {
  ApiKey,
  ApiKeyChange,
  ApiKeyReroll,
  Balance,
  CreditGrant,
  IssuedApiKey,
  NewApiKey,
  NewTenant,
  Tenant,
  TenantChange,
} from './api-types.ts';
import { createJsonCalls, type IdempotentOptions, type JsonCalls } from './http/json-calls.ts';
import type { CallOptions, Transport } from './http/transport.ts';

/** Keys, for a key of scope `admin`: of its own tenant; an operator's, of all. */
export interface Keys {
  /** The answer alone has the key's text. */
  create(key: NewApiKey, options?: IdempotentOptions): Promise<IssuedApiKey>;
  /** Newest first, page by page; those that hold no longer too. */
  list(query?: { readonly tenant?: string }, options?: CallOptions): AsyncGenerator<ApiKey, void>;
  get(id: string, options?: CallOptions): Promise<ApiKey>;
  change(id: string, change: ApiKeyChange, options?: CallOptions): Promise<ApiKey>;
  /** For ever; it opens nothing within a minute. */
  revoke(id: string, options?: CallOptions): Promise<ApiKey>;
  /** The answer alone has the new text. */
  reroll(id: string, reroll?: ApiKeyReroll, options?: IdempotentOptions): Promise<IssuedApiKey>;
}

/** Tenants, for keys of an operator. */
export interface Tenants {
  create(tenant: NewTenant, options?: IdempotentOptions): Promise<Tenant>;
  /** Newest first, page by page. */
  list(options?: CallOptions): AsyncGenerator<Tenant, void>;
  get(id: string, options?: CallOptions): Promise<Tenant>;
  change(id: string, change: TenantChange, options?: CallOptions): Promise<Tenant>;
  balance(id: string, options?: CallOptions): Promise<Balance>;
  /** Gives it prepaid units, once for each id of a grant. */
  credit(id: string, grant: CreditGrant, options?: IdempotentOptions): Promise<Balance>;
}

export interface Admin {
  readonly keys: Keys;
  readonly tenants: Tenants;
}

export function createAdmin(transport: Transport): Admin {
  const calls = createJsonCalls(transport);
  const keyPath = (id: string): string => `/v1/admin/keys/${encodeURIComponent(id)}`;
  const tenantPath = (id: string): string => `/v1/admin/tenants/${encodeURIComponent(id)}`;
  return {
    keys: {
      create: (key, options) => calls.post('/v1/admin/keys', key, options),
      list: (query, options) => listPages(calls, '/v1/admin/keys', query, options),
      get: (id, options) => calls.get(keyPath(id), options),
      change: (id, change, options) => calls.patch(keyPath(id), change, options),
      revoke: (id, options) => calls.delete(keyPath(id), options),
      reroll: (id, reroll = {}, options) => calls.post(`${keyPath(id)}/reroll`, reroll, options),
    },
    tenants: {
      create: (tenant, options) => calls.post('/v1/admin/tenants', tenant, options),
      list: (options) => listPages(calls, '/v1/admin/tenants', {}, options),
      get: (id, options) => calls.get(tenantPath(id), options),
      change: (id, change, options) => calls.patch(tenantPath(id), change, options),
      balance: (id, options) => calls.get(`${tenantPath(id)}/balance`, options),
      credit: (id, grant, options) => calls.post(`${tenantPath(id)}/credits`, grant, options),
    },
  };
}

interface Page<T> {
  readonly data: readonly T[];
  readonly next_cursor: string | null;
}

async function* listPages<T>(
  { get }: JsonCalls,
  path: string,
  query: Readonly<Record<string, string | undefined>> = {},
  options: CallOptions = {},
): AsyncGenerator<T, void> {
  for (let after: string | null | undefined; after !== null; ) {
    const page: Page<T> = await get(path, options, { ...query, after });
    yield* page.data;
    after = page.next_cursor;
  }
}
