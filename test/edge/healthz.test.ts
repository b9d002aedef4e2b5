import { describe, expect, it } from 'vitest';
import { createTestEdge } from './fakes/test-edge.ts';

describe('GET /healthz', () => {
  it('says ok without asking anybody', async () => {
    const ask = () => Promise.reject(new Error('asked'));
    const edge = createTestEdge({ keys: { find: ask, touch: ask } });
    edge.store.down = true;
    const response = await edge.fetch('/healthz');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ok' });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(edge.store.calls).toEqual([]);
    expect(edge.backend.requests).toEqual([]);
  });

  it('gives each answer a request id of its own, never the client’s', async () => {
    const edge = createTestEdge();
    const headers = { 'x-request-id': 'mine' };
    const ids = await Promise.all(
      [1, 2].map(async () => (await edge.fetch('/healthz', { headers })).headers.get('x-request-id')),
    );
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/u);
    expect(ids[1]).toMatch(/^[0-9a-f-]{36}$/u);
    expect(ids[0]).not.toBe(ids[1]);
  });
});
