import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ScoreRequest, scoreResultSchema } from '../../../gpu-backend/contract/scores.ts';
import { EMOJI_MODEL } from '../../fixtures/emoji-model.ts';
import { floats, runOnnx, valuesOf } from '../../fixtures/onnx-run.ts';
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
  return scoreResultSchema.parse(await response.json()).scores;
}

/** CLIP's embedding of a stored picture. */
async function embeddingOf(bytes: Uint8Array): Promise<Float32Array> {
  const levels = await sharp(bytes).removeAlpha().raw().toBuffer();
  const pixels = new Float32Array(levels.length);
  for (const [at, level] of levels.entries()) pixels[(at % 3) * SIZE ** 2 + Math.floor(at / 3)] = level / 255;
  const file = join(EMOJI_MODEL, 'image-encoder.onnx');
  return valuesOf((await runOnnx(file, { pixels: floats(pixels, [1, 3, SIZE, SIZE]) })).embedding);
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) =>
    x.reduce((sum, value, at) => sum + value * (y[at] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

describe('POST /v1/scores', () => {
  it('says how near CLIP sees each picture to its prompt, as its files show it', async () => {
    const { generator, tokenise, model } = backend;
    const request = requestFor();
    const scores = await scoresOf(request);
    const ids = tokenise('a red apple');
    const token_ids = new Tensor('int64', ids, [1, ids.length]);
    const sentence = valuesOf(
      (await runOnnx(join(EMOJI_MODEL, 'text-encoder.onnx'), { token_ids })).sentence,
    );
    const images = request.candidates.map((candidate) => ({ prompt: 'a red apple', ...candidate }));
    const asked = { model: model.digest, images, size: SIZE, format: 'png' as const, quality: null };
    const { pictures } = await generator.generate(asked);
    for (const [at, { bytes }] of pictures.entries()) {
      // A file has 256 levels; the score is of the picture before that.
      expect(scores[at]).toBeCloseTo(cosine(await embeddingOf(bytes), sentence), 2);
    }
    expect(new Set(scores).size).toBe(3);
  });

  it('scores alike alone and beside others, blends and stages too, and remembers', async () => {
    const batched = await createTestBackend([8]);
    try {
      await batched.inference.ready;
      for (const fields of [
        {},
        { prompt: ['blend/1', ['a banana', 250_000], ['a red apple', 750_000]] },
        { stages: ['stages/1', [2, 4, 'a fox']] },
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

  it('keeps no picture, and answers equal candidates alike', async () => {
    const scores = await scoresOf(
      requestFor({ prompt: 'a green frog', candidates: [{ seed: 4 }, { seed: 4 }] }),
    );
    expect(scores[0]).toBe(scores[1]);
    expect(backend.log.at(-1)).toMatchObject({ event: 'score', outcome: 'ok' });
  });

  it.each<[string, Partial<ScoreRequest>, number, string]>([
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
