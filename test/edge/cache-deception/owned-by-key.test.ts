import { describe, expect, it } from 'vitest';
import { installFakeNetwork } from '../fakes/fake-network.ts';
import { expectKeptNowhere } from './expect-kept-nowhere.ts';
import { bearer, createOwnedEdge, pathOf } from './owned-edge.ts';
import { spellingsOf } from './spellings-of.ts';

installFakeNetwork();
const { edge, owner, picture, owned, ask, expectClosed, headersFor } = await createOwnedEdge();

const LOOKS_STATIC = /\.(?:css|webp|html)$/u;

describe('what only its owner may read', () => {
  it.each(owned)('%s is the owner’s, and is kept nowhere', async (path) => {
    const answer = await ask(path, bearer(owner));
    expect(answer.status, answer.text).toBe(200);
    expectKeptNowhere(path, answer);
    await expectClosed(path);
  });

  it.each(owned)('%s is kept nowhere by another spelling, and opens to nobody else by it', async (path) => {
    for (const spelling of spellingsOf(path)) {
      const answer = await ask(spelling, bearer(owner));
      expectKeptNowhere(spelling, answer);
      expect(await caches.default.match(edge.origin + spelling), spelling).toBeUndefined();
      // To be lured to it would be no use: there is nothing.
      const arrived = pathOf(edge.origin + spelling);
      if (LOOKS_STATIC.test(arrived) && arrived !== path) expect(answer.status, spelling).toBe(404);
      await expectClosed(spelling);
    }
  });

  it.each(owned)('%s opens by no header but its owner’s Authorization', async (path) => {
    const refused = (await ask(path)).status;
    expect(refused).toBe(401);
    for (const headers of headersFor(path)) {
      expectKeptNowhere(path, await ask(path, { ...bearer(owner), ...headers }));
      await expectClosed(path, headers);
    }
  });
});

describe('a key', () => {
  it.each([
    `Bearer junk, Bearer ${owner}`,
    `Bearer ${owner}, Bearer junk`,
    `Basic ${btoa(`:${owner}`)}`,
    `Bearer  ${owner}x`,
    `Bearer ${owner.toUpperCase()}`,
    owner,
  ])('is none where Authorization is %s', async (authorization) => {
    for (const path of ['/v1/usage', picture]) expect((await ask(path, { authorization })).status).toBe(401);
  });

  it.each(['key', 'api_key', 'access_token', 'authorization'])('is none in the query’s %s', async (name) => {
    for (const path of ['/v1/usage', '/v1/live', '/mcp']) {
      const answer = await ask(`${path}?${name}=${owner}`, { upgrade: 'websocket' });
      expect([401, 404, 405], path).toContain(answer.status);
      expectKeptNowhere(path, answer);
    }
  });
});
