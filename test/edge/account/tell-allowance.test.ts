import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import { createTestEdge, issueKey } from '../fakes/test-edge.ts';

const edge = createTestEdge({ prices: { picture: 3, resample: 0, hit: 0 }, now: () => Date.now() });
const LIMITS = { totalUnits: 10, ratePerMinute: 60 };

let headers: Record<string, string>;
beforeEach(async () => {
  headers = {
    authorization: `Bearer ${await issueKey({ scopes: ['generate', 'read', 'admin'], limits: LIMITS })}`,
  };
});

function toldBy(response: Response): (string | null)[] {
  return ['x-usage-units', 'x-usage-remaining', 'ratelimit-policy'].map((name) => response.headers.get(name));
}

describe('usage headers', () => {
  it.each([
    ['/v1/balance', 200],
    ['/v1/usage', 200],
    ['/v1/models', 200],
    ['/v1/jobs/job_none', 404],
    ['/v1/admin/keys', 200],
    ['/v1/usage?group_by=colour', 400],
  ])('stand on %s (%i), which costs nothing', async (path, status) => {
    await edge.generate({ prompt: `before ${path}` }, headers);
    const response = await edge.fetch(path, { headers });
    expect(response.status).toBe(status);
    expect(toldBy(response)).toEqual(['0', '7', '"key";q=60;w=60']);
    await response.body?.cancel();
  });

  it('stand on a price, and on a request that is wrong', async () => {
    const quoted = await edge.fetch('/v1/images/generations?dry_run=true', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'a price' }),
    });
    expect(toldBy(quoted)).toEqual(['0', '10', '"key";q=60;w=60']);
    expect(toldBy(await edge.generate({ prompt: '' }, headers))).toEqual(['0', '10', '"key";q=60;w=60']);
  });

  it('tell what a replayed answer had cost, and what is left now', async () => {
    const once = { ...headers, 'idempotency-key': crypto.randomUUID() };
    expect(toldBy(await edge.generate({ prompt: 'a replay' }, once))).toEqual(['3', '7', '"key";q=60;w=60']);
    await edge.generate({ prompt: 'in between' }, headers);
    expect(toldBy(await edge.generate({ prompt: 'a replay' }, once))).toEqual(['3', '4', '"key";q=60;w=60']);
  });

  it('do not say of a failure that it was free', async () => {
    edge.backend.failure = new ApiError('backend_unavailable');
    const response = await edge.generate({ prompt: 'a failure' }, headers);
    edge.backend.failure = undefined;
    expect(response.status).toBe(503);
    expect(toldBy(response)).toEqual([null, '10', '"key";q=60;w=60']);
  });

  it('stand on nothing that needs no key, nor on an answer to a wrong one', async () => {
    for (const path of ['/healthz', '/openapi.json']) {
      expect(toldBy(await edge.fetch(path))).toEqual([null, null, null]);
    }
    const wrong = { authorization: 'Bearer glp_live_wrong' };
    expect(toldBy(await edge.fetch('/v1/balance', { headers: wrong }))).toEqual([null, null, null]);
  });
});
