import { describe, expect, it } from 'vitest';
import { createTestEdge, issueKey, MODEL } from './fakes/test-edge.ts';

const EXPECTED = {
  id: 'emoji-v0',
  object: 'model',
  created: 0,
  owned_by: 'galip-edge',
  digest: MODEL.digest,
  native: 64,
  stages: 5,
  judge: null,
  licence: 'CC-BY-4.0',
  commercialUse: true,
  formats: ['png', 'webp', 'jpeg', 'avif'],
  sizes: { min: 16, max: 256, default: 64 },
};

async function get(path: string): Promise<Response> {
  return createTestEdge().fetch(path, {
    headers: { authorization: `Bearer ${await issueKey({ scopes: ['read'] })}` },
  });
}

describe('GET /v1/models', () => {
  it('lists the model with licence and sizes', async () => {
    const response = await get('/v1/models');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ object: 'list', data: [EXPECTED] });
  });

  it.each(['/v1/models', '/v1/models/emoji-v0'])('%s needs a key with a fitting scope', async (path) => {
    const edge = createTestEdge();
    expect((await edge.fetch(path)).status).toBe(401);
    const authorization = `Bearer ${await issueKey({ scopes: ['admin'] })}`;
    expect((await edge.fetch(path, { headers: { authorization } })).status).toBe(403);
  });
});

describe('GET /v1/models/{id}', () => {
  it('describes the model', async () => {
    const response = await get('/v1/models/emoji-v0');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(EXPECTED);
  });

  it('names the judge of one that has a second', async () => {
    const edge = createTestEdge({ model: { ...MODEL, judge: { name: 'a-judge', digest: 'f'.repeat(64) } } });
    const headers = { authorization: `Bearer ${await issueKey({ scopes: ['read'] })}` };
    const response = await edge.fetch('/v1/models/emoji-v0', { headers });
    expect(await response.json()).toEqual({ ...EXPECTED, judge: 'a-judge' });
  });

  it.each(['gpt-image-1', 'emoji-v0%00', 'EMOJI-V0', '%E0%A4%A'])('knows no %s', async (id) => {
    const response = await get(`/v1/models/${id}`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: 'model_not_found', param: 'model' } });
  });
});
