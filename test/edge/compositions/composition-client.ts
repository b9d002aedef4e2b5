import { expect } from 'vitest';
import type { Composition, CompositionQuote } from '../../../edge/compositions/composition.ts';
import { tenantLedger } from '../fakes/tenant-ledger.ts';
import { createTestEdge, issueKey, type TestEdge, type TestEdgeOptions } from '../fakes/test-edge.ts';

export const MORPH = {
  keyframes: [
    { prompt: 'a red apple', seed: 7 },
    { prompt: 'a banana', seed: 9 },
  ],
  frames: 5,
} as const;

export const GRID = {
  prompt: 'a red apple',
  columns: { parameter: 'seed', values: [0, 1, 2] },
  rows: { parameter: 'truncation', values: [0.5, 1] },
} as const;

export type Kind = 'interpolations' | 'grids';

/** Each kind with a body of it, and how many pictures that has. */
export const KINDS = [
  ['interpolations', MORPH, 5],
  ['grids', GRID, 6],
] as const;

/** Of a service where each of them can be told from the others. */
export const PRICES = { picture: 10, hit: 1, composition: 3 };

/** A client of an application of its own, with a key of a tenant of its own. */
export async function createCompositionClient(options: TestEdgeOptions = {}) {
  const edge: TestEdge = createTestEdge(options);
  const tenant = `composes-${crypto.randomUUID()}`;
  const key = await issueKey({ tenant, scopes: ['generate', 'read'] });
  const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    edge.fetch(path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const client = {
    edge,
    tenant,
    key,
    post: (kind: Kind, body: unknown, headers?: Record<string, string>, query = '') =>
      post(`/v1/${kind}${query}`, body, headers),
    async make(kind: Kind, body: unknown): Promise<Composition> {
      const response = await client.post(kind, body);
      expect(response.status, await response.clone().text()).toBe(200);
      return response.json();
    },
    async quote(kind: Kind, body: unknown): Promise<CompositionQuote> {
      const response = await client.post(kind, body, {}, '?dry_run=true');
      expect(response.status, await response.clone().text()).toBe(200);
      return response.json();
    },
    /** The one picture of a request. */
    async single(body: object): Promise<{ fingerprint: string; url: string; cache: string }> {
      const response = await post('/v1/images/generations', body);
      expect(response.status).toBe(200);
      const [picture] = (await response.json<{ data: Composition['data'] }>()).data;
      if (!picture) throw new Error('there is no picture');
      return picture;
    },
    async billed(): Promise<number> {
      return (await tenantLedger(tenant).balance()).billed;
    },
    async reserved(): Promise<number> {
      return (await tenantLedger(tenant).balance()).reserved;
    },
  };
  return client;
}
