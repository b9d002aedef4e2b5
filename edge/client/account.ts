import type { Balance, Model, Models, Receipt, UrlSigningSecret, Usage } from './api-types.ts';
import { createJsonCalls, type Query } from './http/json-calls.ts';
import type { CallOptions, Transport } from './http/transport.ts';

export interface UsageQuery {
  /** First day of UTC, as 2026-11-23; that of this month unless given. */
  readonly from?: string;
  /** Last day; today unless given. */
  readonly to?: string;
  /** `day` unless given. */
  readonly group_by?: Usage['group_by'];
}

/** What a key may know of its tenant, and of the service. */
export interface Account {
  balance(options?: CallOptions): Promise<Balance>;
  usage(query?: UsageQuery, options?: CallOptions): Promise<Usage>;
  /** Signed receipts of a UTC day (2026-11-23; today unless given), page by page. */
  receipts(day?: string, options?: CallOptions): AsyncGenerator<Receipt, void>;
  models(options?: CallOptions): Promise<readonly Model[]>;
  /** What image URLs are signed with. @see createUrlSigner */
  urlSigningSecret(options?: CallOptions): Promise<UrlSigningSecret>;
}

export function createAccount(transport: Transport): Account {
  const { get } = createJsonCalls(transport);
  return {
    balance: (options) => get('/v1/balance', options),
    usage: (query, options) => get('/v1/usage', options, { ...query }),
    async *receipts(day, options = {}) {
      for (let query: Query | undefined = { day }; query; ) {
        const call = { ...options, method: 'GET', path: '/v1/receipts', query } as const;
        const page: ReceiptPage = await transport(call, readPage);
        yield* page.receipts;
        query = page.next;
      }
    },
    models: async (options) => (await get<Models>('/v1/models', options)).data,
    urlSigningSecret: (options) => get('/v1/url-signing-secret', options),
  };
}

interface ReceiptPage {
  readonly receipts: readonly Receipt[];
  /** Query of the next page. */
  readonly next: Query | undefined;
}

async function readPage(response: Response): Promise<ReceiptPage> {
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  const [, next] = /<([^>]*)>; rel="next"/u.exec(response.headers.get('link') ?? '') ?? [];
  return {
    receipts: lines.map((line) => JSON.parse(line) as Receipt),
    next: next === undefined ? undefined : Object.fromEntries(new URL(next).searchParams),
  };
}
