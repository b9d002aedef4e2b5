import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCORE_JUDGES } from '../../../gpu-backend/contract/score-judge.ts';
import { type ScoreRequest, scoreResultSchema } from '../../../gpu-backend/contract/scores.ts';
import { scoreOfFile } from '../../fixtures/score-of-file.ts';
import { signedRequest, TEST_SIGNING_KEY } from '../../fixtures/signed-request.ts';
import { createTestBackend, type TestBackend } from '../test-backend.ts';

const URL_OF_ROUTE = 'http://backend.test/v1/scores';
const SIZE = 64;
let backend: TestBackend;

beforeAll(async () => {
  backend = await createTestBackend();
  await backend.inference.ready;
});
afterAll(() => backend.close());

const requestFor = (fields: Partial<ScoreRequest> = {}): ScoreRequest => ({
  model: backend.model.digest,
  prompt: 'a red apple',
  candidates: [{ seed: 0 }, { seed: 1 }, { seed: 2, latent: { truncation: 0.5 } }],
  ...fields,
});

async function scoresOf(request: ScoreRequest, on = backend): Promise<number[]> {
  const response = await on.app.request(await signedRequest(URL_OF_ROUTE, request));
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  const { judge, scores } = scoreResultSchema.parse(await response.json());
  expect(judge).toBe(request.judge ?? 'clip');
  return scores;
}

describe('POST /v1/scores', () => {
  it.each(SCORE_JUDGES)(
    'says how near %s sees each picture to its prompt, as its files show it',
    async (judge) => {
      const { generator, model } = backend;
      const request = requestFor({ judge });
      const scores = await scoresOf(request);
      const images = request.candidates.map((candidate) => ({ prompt: 'a red apple', ...candidate }));
      const asked = { model: model.digest, images, size: SIZE, format: 'png' as const, quality: null };
      const { pictures } = await generator.generate(asked);
      for (const [at, { bytes }] of pictures.entries()) {
        // A file has 256 levels; the score is of the picture before that.
        expect(scores[at]).toBeCloseTo(await scoreOfFile(bytes, judge, 'a red apple'), 2);
      }
      expect(new Set(scores).size).toBe(3);
    },
  );

  it('scores alike alone and beside others, blends and stages too, and remembers', async () => {
    const batched = await createTestBackend([8]);
    try {
      await batched.inference.ready;
      for (const fields of [
        {},
        { prompt: ['blend/1', ['a banana', 250_000], ['a red apple', 750_000]] },
        { stages: ['stages/1', [2, 4, 'a fox']] },
        { judge: 'independent' },
        { judge: 'independent', prompt: ['blend/1', ['a banana', 250_000], ['a red apple', 750_000]] },
        { judge: 'independent', stages: ['stages/1', [2, 4, 'a fox']] },
      ] satisfies Partial<ScoreRequest>[]) {
        const request = requestFor(fields);
        const together = await scoresOf(request, batched);
        for (const [at, candidate] of request.candidates.entries()) {
          expect(await scoresOf({ ...request, candidates: [candidate] })).toEqual([together[at]]);
        }
        const { generate } = backend.inference;
        backend.inference.generate = () => expect.fail('the model was asked again');
        expect(await scoresOf(request)).toEqual(together);
        backend.inference.generate = generate;
      }
    } finally {
      await batched.close();
    }
  });

  it('scores by both judges, and draws unscored pictures, in one batch', async () => {
    const batched = await createTestBackend([8]);
    try {
      await batched.inference.ready;
      const asked = SCORE_JUDGES.map((judge) => requestFor({ judge, prompt: 'a green frog' }));
      const { generate } = batched.inference;
      const batches: (number | undefined)[][] = [];
      batched.inference.generate = async (...call) => {
        const result = await generate(...call);
        batches.push([...(result.scores ?? [])]);
        return result;
      };
      const drawn = batched.generator.generate({
        ...{ model: batched.model.digest, size: SIZE, format: 'png', quality: null },
        images: [{ prompt: 'a banana', seed: 9 }],
      });
      const [both] = await Promise.all([
        Promise.all(asked.map((request) => scoresOf(request, batched))),
        drawn,
      ]);
      const numbers = (one: (number | undefined)[]) => one.filter((score) => score !== undefined);
      expect(batches.flatMap(numbers)).toHaveLength(6);
      expect(batches.some((scores) => numbers(scores).length > 0 && scores.includes(undefined))).toBe(true);
      for (const [at, request] of asked.entries()) expect(both[at]).toEqual(await scoresOf(request));
      expect(both[0]).not.toEqual(both[1]);
    } finally {
      await batched.close();
    }
  });

  it('refuses the second judge of a model that has none, and needs no image encoder for it', async () => {
    const { judge: _, ...model } = backend.model;
    const without = backend.withParts({ model, judgeTokenise: undefined });
    const refused = await without.app.request(
      await signedRequest(URL_OF_ROUTE, requestFor({ judge: 'independent' })),
    );
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      error: { code: 'invalid_request', param: 'judge', message: expect.stringContaining('no judge beside') },
    });
    const vision = { ...backend.model.vision, imageSize: 32 };
    const blind = backend.withParts({ model: { ...backend.model, vision } });
    expect((await blind.app.request(await signedRequest(URL_OF_ROUTE, requestFor()))).status).toBe(400);
    expect(await scoresOf(requestFor({ judge: 'independent' }), { ...backend, ...blind })).toHaveLength(3);
  });

  it('keeps no picture, and answers equal candidates alike', async () => {
    const scores = await scoresOf(
      requestFor({ prompt: 'a green frog', candidates: [{ seed: 4 }, { seed: 4 }] }),
    );
    expect(scores[0]).toBe(scores[1]);
    expect(backend.log.at(-1)).toMatchObject({ event: 'score', outcome: 'ok' });
  });

  it.each<[string, Partial<ScoreRequest>, number, string]>([
    ['a judge that nobody is', { judge: 'jury' as 'clip' }, 400, 'invalid_request'],
    ['another model', { model: 'f'.repeat(64) }, 409, 'model_mismatch'],
    ['no candidates', { candidates: [] }, 400, 'invalid_request'],
    ['17 candidates', { candidates: Array(17).fill({ seed: 1 }) }, 400, 'invalid_request'],
    ['a stage that is not there', { stages: ['stages/1', [5, 5, 'a fox']] }, 400, 'invalid_request'],
    ['stages out of form', { stages: ['stages/1', [1, 1, 'a red apple']] }, 400, 'invalid_request'],
  ])('refuses %s', async (_, fields, status, code) => {
    const response = await backend.app.request(await signedRequest(URL_OF_ROUTE, requestFor(fields)));
    expect(response.status).toBe(status);
    const body = await response.text();
    expect(JSON.parse(body)).toMatchObject({ error: { code } });
    expect(body).not.toMatch(/apple|fox/u);
  });

  it('answers signed requests alone', async () => {
    const options = { key: { ...TEST_SIGNING_KEY, secret: 'x'.repeat(32) } };
    const forged = await signedRequest(URL_OF_ROUTE, requestFor(), options);
    expect((await backend.app.request(forged)).status).toBe(401);
    expect((await backend.app.request(URL_OF_ROUTE)).status).toBe(405);
  });
});
