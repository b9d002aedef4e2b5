import { describe, expect, it } from 'vitest';
import { installFakeNetwork } from '../fakes/fake-network.ts';
import { expectKeptNowhere } from './expect-kept-nowhere.ts';
import { bearer, createOwnedEdge, GRID, HIDDEN, MORPH } from './owned-edge.ts';
import { spellingsOf } from './spellings-of.ts';

installFakeNetwork();
const { owner, other, ask, post, told, headersFor } = await createOwnedEdge();

describe('what is made for a key', () => {
  const asked: [string, unknown][] = [
    ['/v1/images/generations', { prompt: 'a fox', ...HIDDEN }],
    ['/v1/images/generations?dry_run=true', { prompt: 'a fox', ...HIDDEN }],
    ['/v1/interpolations', { ...MORPH, ...HIDDEN }],
    ['/v1/grids', { ...GRID, ...HIDDEN }],
    ['/v1/grids?dry_run=true', { ...GRID, ...HIDDEN }],
    ['/mcp', { jsonrpc: '2.0', id: 1, method: 'tools/list' }],
  ];

  it.each(asked)('%s is kept nowhere, and is another’s for another', async (path, body) => {
    const own = await post(path, body);
    expectKeptNowhere(path, own);
    const others = await post(path, body, bearer(other));
    expectKeptNowhere(path, others);
    expect(told(others, path)).toEqual([]);
  });

  it.each(asked)('%s as a stream, and sent again, is kept nowhere either', async (path, body) => {
    const accepts = { accept: 'application/json, text/event-stream', 'idempotency-key': crypto.randomUUID() };
    for (const key of [owner, owner, other]) {
      const answer = await post(path, body, { ...bearer(key), ...accepts });
      expectKeptNowhere(path, answer);
      if (key === other) expect(told(answer, path)).toEqual([]);
    }
  });

  it.each(['/v1/interpolations', '/v1/grids', '/v1/images/generations', '/mcp'])(
    '%s has no other spelling, and is no GET',
    async (path) => {
      for (const spelling of spellingsOf(path)) {
        for (const method of ['GET', 'POST']) {
          const init = method === 'POST' ? { method, body: JSON.stringify(MORPH) } : { method };
          const answer = await ask(spelling, { ...bearer(owner), 'x-http-method-override': 'POST' }, init);
          expectKeptNowhere(spelling, answer);
          expect(answer.status, `${method} ${spelling}`).toBeGreaterThanOrEqual(method === 'GET' ? 400 : 200);
          expect((await ask(spelling, {}, init)).status, spelling).toBeGreaterThanOrEqual(400);
        }
      }
    },
  );

  it('is no live socket by another spelling, and none without a key', async () => {
    for (const spelling of ['/v1/live', ...spellingsOf('/v1/live')]) {
      const answer = await ask(spelling, { upgrade: 'websocket' });
      expect([401, 404, 400], spelling).toContain(answer.status);
      expectKeptNowhere(spelling, answer);
    }
    for (const headers of headersFor('/v1/live').filter((one) => !('sec-websocket-protocol' in one))) {
      const answer = await ask('/v1/live', { ...headers, upgrade: 'websocket' });
      expect(answer.status, JSON.stringify(headers)).toBe(401);
      expectKeptNowhere('/v1/live', answer);
    }
  });
});
