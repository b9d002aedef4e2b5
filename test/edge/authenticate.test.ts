import { describe, expect, it } from 'vitest';
import { createD1KeyStore } from '../../edge/keys/key-store.ts';
import { createApiKey } from '../../gpu-backend/contract/api-key.ts';
import { createTestEdge, issueKey, NOW_MS } from './fakes/test-edge.ts';

const NOW_S = NOW_MS / 1000;
const get = (authorization: string | undefined, edge = createTestEdge()): Promise<Response> =>
  edge.fetch('/v1/models', authorization === undefined ? {} : { headers: { authorization } });

describe('API keys', () => {
  it.each(['read', 'generate'] as const)('lets %s list models', async (scope) => {
    expect((await get(`Bearer ${await issueKey({ scopes: [scope] })}`)).status).toBe(200);
  });

  it('lets a key through until the second it expires', async () => {
    expect((await get(`bearer ${await issueKey({ expiresAt: NOW_S + 1 })}`)).status).toBe(200);
    expect((await get(`Bearer ${await issueKey({ expiresAt: NOW_S })}`)).status).toBe(401);
  });

  it('answers every bad key alike', async () => {
    const good = await issueKey();
    const otherOfSameId = createApiKey('test').text.replace(/_[^_]{12}_/u, `_${good.split('_')[2]}_`);
    const answers = await Promise.all(
      [
        undefined,
        '',
        'Bearer',
        'Bearer glp_live_x',
        `Basic ${good}`,
        good,
        `Bearer ${good} `.trim().slice(0, -1),
        `Bearer ${createApiKey('live').text}`,
        `Bearer ${otherOfSameId}`,
        `Bearer ${await issueKey({ expiresAt: NOW_S - 1 })}`,
        `Bearer ${await issueKey({ revokedAt: NOW_S - 1 })}`,
        `Bearer ${await issueKey({ revokedAt: NOW_S + 1_000_000 })}`,
      ].map(async (authorization) => {
        const response = await get(authorization);
        const headers = [...response.headers].filter(([name]) => name !== 'x-request-id');
        return { status: response.status, headers, body: await response.text() };
      }),
    );
    expect(answers[0]?.status).toBe(401);
    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({
      error: { code: 'invalid_api_key', param: null },
    });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it('refuses a known id whose secret is another’s', async () => {
    const key = createApiKey('test');
    const { env } = await import('cloudflare:workers');
    const keys = createD1KeyStore(env.DB);
    const holder = (await keys.find((await issueKey()).split('_')[2] ?? '')) ?? expect.fail('no record');
    const find = async () => ({ ...holder, key: { ...holder.key, id: key.id } });
    const edge = createTestEdge({ keys: { ...keys, find } });
    expect((await get(`Bearer ${key.text}`, edge)).status).toBe(401);
  });

  it.each([
    'Bearer junk',
    'Bearer glp_live_AAAAAAAAAAAA_',
    `Bearer ${createApiKey('live').text.slice(0, -1)}!`,
  ])('refuses junk (%s) without asking the store', async (authorization) => {
    const asked: string[] = [];
    const ask = async (id: string) => {
      asked.push(id);
      return undefined;
    };
    const keys = { find: ask, touch: ask };
    expect((await get(authorization, createTestEdge({ keys }))).status).toBe(401);
    expect(asked).toEqual([]);
  });

  it('names the scope that is missing', async () => {
    const edge = createTestEdge();
    const response = await edge.generate(
      { prompt: 'cat' },
      { authorization: `Bearer ${await issueKey({ scopes: ['read', 'admin'] })}` },
    );
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({
      error: { code: 'insufficient_scope', message: expect.stringContaining('generate') },
    });
    expect(edge.store.calls).toEqual([]);
  });

  it('comes before the body is looked at', async () => {
    const response = await createTestEdge().generate('not JSON', { authorization: 'Bearer junk' });
    expect(response.status).toBe(401);
  });
});
