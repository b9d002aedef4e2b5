import { createTestEdge, type IssueOptions, issueKey, type TestEdge } from '../fakes/test-edge.ts';

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: any JSON
  readonly body: any;
  readonly headers: Headers;
}

export interface AdminClient {
  readonly edge: TestEdge;
  readonly key: string;
  call(method: string, path: string, body?: unknown): Promise<Answer>;
}

/** A key with scope admin, and calls below /v1/admin made with it. By default an operator's. */
export async function createAdminClient(
  options: IssueOptions & { readonly edge?: TestEdge } = {},
): Promise<AdminClient> {
  const edge = options.edge ?? createTestEdge();
  const { tenant = 'operator' } = options;
  const key = await issueKey({ scopes: ['admin'], operator: tenant === 'operator', ...options, tenant });
  return {
    edge,
    key,
    async call(method, path, body) {
      const response = await edge.fetch(`/v1/admin${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text === '' ? undefined : JSON.parse(text),
      };
    },
  };
}

/** The public part of a key's text. */
export function idOf(key: string): string {
  return key.split('_')[2] ?? '';
}

/** Status of a request that is made with a key. */
export async function statusWith(edge: TestEdge, key: string): Promise<number> {
  return (await edge.fetch('/v1/models', { headers: { authorization: `Bearer ${key}` } })).status;
}
