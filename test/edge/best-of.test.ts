import { describe, expect, it } from 'vitest';
import type { Images, Quote } from '../../edge/generation/images.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import { scoreOf } from './fakes/memory-scorer.ts';
import { tenantLedger } from './fakes/tenant-ledger.ts';
import { createTestEdge, issueKey, MODEL } from './fakes/test-edge.ts';

const JUDGED: ModelCard = { ...MODEL, judge: { name: 'a-judge', digest: 'f'.repeat(64) } };

/** A key of a tenant of its own, and what the tenant was charged. */
async function startTenant() {
  const tenant = `best-of-${crypto.randomUUID()}`;
  const headers = { authorization: `Bearer ${await issueKey({ tenant })}` };
  const day = new Date().toISOString().slice(0, 10);
  const charged = () => tenantLedger(tenant).usage({ from: day, to: day, groupBy: 'outcome' });
  return { headers, charged };
}

describe('best_of', () => {
  it('answers with the n pictures that fit best, the best first, and charges all candidates', async () => {
    const edge = createTestEdge();
    const { headers, charged } = await startTenant();
    const body = { prompt: 'cat', stages: { 4: 'dog' }, n: 3, best_of: 16, seed: 5, truncation: 0.5 };
    const quote = await (await edge.generate(body, headers, '?dry_run=true')).json<Quote>();
    expect(quote.units).toBe(16);
    expect(quote.data).toHaveLength(16);
    const response = await edge.generate(body, headers);
    expect(response.status).toBe(200);
    expect(response.headers.get('x-usage-units')).toBe('16');
    const { data, usage, best_of: bestOf } = await response.json<Images>();
    const seeds = Array.from({ length: 16 }, (_, at) => 5 + at).toSorted((a, b) => scoreOf(b) - scoreOf(a));
    expect(data.map(({ seed, score }) => [seed, score])).toEqual(
      seeds.slice(0, 3).map((seed) => [seed, scoreOf(seed)]),
    );
    expect(usage.units).toBe(16);
    expect(bestOf).toMatchObject({
      candidates: 16,
      judge: 'clip',
      caveat: expect.stringContaining('trained against'),
    });
    expect(await charged()).toEqual([{ group: 'generated', pictures: 16, units: 16 }]);
    expect(edge.scorer.requests).toEqual([
      {
        model: MODEL.digest,
        prompt: 'cat',
        stages: ['stages/1', [4, 4, 'dog']],
        candidates: Array.from({ length: 16 }, (_, at) => ({ seed: 5 + at, latent: { truncation: 0.5 } })),
        caller: expect.stringMatching(/^best-of-/u),
      },
    ]);
  });

  it.each<[string, object, 'clip' | 'independent']>([
    ['by the independent judge, where the model has one', {}, 'independent'],
    ['by that one where it is named', { judge: 'independent' }, 'independent'],
    ['by the model’s own CLIP where that is named, with the caveat', { judge: 'clip' }, 'clip'],
  ])('is judged %s', async (_, fields, judge) => {
    const edge = createTestEdge({ model: JUDGED });
    const { headers } = await startTenant();
    const response = await edge.generate({ prompt: 'cat', n: 2, best_of: 8, ...fields }, headers);
    const { data, best_of: bestOf } = await response.json<Images>();
    const seeds = Array.from({ length: 8 }, (_, at) => at).toSorted(
      (a, b) => scoreOf(b, judge) - scoreOf(a, judge),
    );
    expect(data.map(({ seed, score }) => [seed, score])).toEqual(
      seeds.slice(0, 2).map((seed) => [seed, scoreOf(seed, judge)]),
    );
    const told = judge === 'clip' ? { caveat: expect.any(String) } : { judge_name: 'a-judge' };
    expect(bestOf).toEqual({ candidates: 8, judge, ...told });
    expect(edge.scorer.requests[0]?.judge).toBe(judge === 'clip' ? undefined : judge);
  });

  it('is judged by an independent judge where the model’s own CLIP cannot', async () => {
    const { imageEncoder: _, ...model } = JUDGED;
    const edge = createTestEdge({ model });
    expect((await edge.generate({ prompt: 'cat', best_of: 2 })).status).toBe(200);
    const response = await edge.generate({ prompt: 'cat', best_of: 2, judge: 'clip' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { param: 'judge', message: expect.stringContaining('must be "independent" or absent') },
    });
  });

  it('is answered alike again, for the price of hits, each candidate under the name that it has alone', async () => {
    const edge = createTestEdge();
    const { headers, charged } = await startTenant();
    const body = { prompt: 'cat', best_of: 4, seeds: '9,3,7,1' };
    const [first, again] = [
      await (await edge.generate(body, headers)).json<Images>(),
      await (await edge.generate(body, headers)).json<Images>(),
    ];
    expect(again.data).toEqual(first.data.map((image) => ({ ...image, cache: 'hit', units: 0 })));
    expect(again.usage.units).toBe(0);
    expect(await charged()).toContainEqual({ group: 'cache_hit', pictures: 4, units: 0 });
    const alone = await (await edge.generate({ prompt: 'cat', seed: 7 }, headers)).json<Images>();
    expect(alone.data).toMatchObject([{ cache: 'hit', fingerprint: expect.any(String) }]);
    expect(alone.data[0]).not.toHaveProperty('score');
    expect(alone).not.toHaveProperty('best_of');
  });

  it('draws its seeds at random where asked to, as many as there are candidates', async () => {
    const edge = createTestEdge();
    const { data } = await (
      await edge.generate({ prompt: 'cat', best_of: 12, n: 2, seed: 'random' })
    ).json<Images>();
    expect(data).toHaveLength(2);
    expect(new Set(edge.scorer.requests[0]?.candidates.map(({ seed }) => seed)).size).toBe(12);
  });

  it('is charged once where the pictures cannot be scored, and found by the next try', async () => {
    const edge = createTestEdge();
    const { headers, charged } = await startTenant();
    edge.scorer.isAway = true;
    const body = { prompt: 'cat', best_of: 3 };
    for (const message of ['3 of 3 files were made and charged (3 units)', 'cannot be scored']) {
      const response = await edge.generate(body, headers);
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({
        error: { code: 'backend_unavailable', message: expect.stringContaining(message) },
      });
    }
    edge.scorer.isAway = false;
    expect((await edge.generate(body, headers)).status).toBe(200);
    expect((await charged()).reduce((sum, { units }) => sum + units, 0)).toBe(3);
    expect(edge.backend.requests).toHaveLength(3);
  });

  it('says under its Idempotency-Key each time what was charged', async () => {
    const edge = createTestEdge();
    const { headers, charged } = await startTenant();
    edge.scorer.isAway = true;
    const keyed = { ...headers, 'idempotency-key': crypto.randomUUID() };
    for (let time = 0; time < 2; time++) {
      const response = await edge.generate({ prompt: 'cat', best_of: 3 }, keyed);
      expect(response.status).toBe(503);
      expect(response.headers.get('x-usage-units')).toBe('3');
      expect(await response.text()).toContain('3 of 3 files were made and charged (3 units)');
    }
    expect((await charged()).reduce((sum, { units }) => sum + units, 0)).toBe(3);
  });

  it.each<[string, object, string]>([
    ['best_of', { best_of: 0 }, '1 … 16'],
    ['best_of', { best_of: 17 }, '1 … 16'],
    ['best_of', { best_of: 2.5 }, 'integer'],
    ['best_of', { best_of: 2, n: 3 }, 'best_of (2) must be at least n (3)'],
    ['judge', { best_of: 2, judge: 'jury' }, 'must be one of clip, independent'],
    ['judge', { best_of: 2, judge: 'independent' }, 'must be "clip" or absent: this model has no other'],
    ['judge', { judge: 'clip' }, 'judge goes with best_of'],
    ['seeds', { best_of: 3, seeds: [1, 2] }, 'seeds has 2 entries; best_of is 3'],
    ['seed', { best_of: 16, seed: Number.MAX_SAFE_INTEGER - 14 }, '+ best_of (16) goes beyond'],
  ])('refuses a wrong %s: %j', async (param, fields, message) => {
    const response = await createTestEdge().generate({ prompt: 'cat', ...fields });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { param, message: expect.stringContaining(message) },
    });
  });

  it('says that a model without image encoder cannot score', async () => {
    const { imageEncoder: _, ...model } = MODEL;
    const response = await createTestEdge({ model }).generate({ prompt: 'cat', best_of: 2 });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { param: 'best_of', message: expect.stringContaining('this model has no image encoder') },
    });
  });
});
