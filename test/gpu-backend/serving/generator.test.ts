import { readSync, writeSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Prompt } from '../../../gpu-backend/contract/blend.ts';
import { fingerprintOf } from '../../../gpu-backend/contract/fingerprint.ts';
import { type GenerateRequest, generateResultSchema } from '../../../gpu-backend/contract/generate.ts';
import { sha256Hex } from '../../../gpu-backend/contract/hex.ts';
import { pixelsFromImage } from '../../../gpu-backend/pipeline/post-process.ts';
import { resampleImage } from '../../../gpu-backend/pipeline/resample.ts';
import type { Inference, InferenceBatch } from '../../../gpu-backend/runtime/inference.ts';
import { createByteBudget } from '../../../gpu-backend/serving/byte-budget.ts';
import type { Scheduler } from '../../../gpu-backend/serving/scheduler.ts';
import { createMemoryStore } from '../../../gpu-backend/storage/memory-store.ts';
import { goldenDefault, goldenPrompts } from '../../fixtures/golden-default.ts';
import { readNpy } from '../../fixtures/npy.ts';
import { createTestBackend, type TestBackend } from '../test-backend.ts';
import { requestFor } from './request-for.ts';

let backend: TestBackend;

beforeAll(async () => {
  backend = await createTestBackend();
  await backend.inference.ready;
});

afterAll(() => backend.close());

/** A scheduler over the real model that keeps the batches it saw; `change` may replace their parts. */
function recordingScheduler(
  change: (batch: InferenceBatch) => InferenceBatch = (batch) => batch,
  on: TestBackend = backend,
) {
  const batches: InferenceBatch[] = [];
  const inference: Inference = {
    ...on.inference,
    generate(batch, signal) {
      batches.push(batch);
      return on.inference.generate(change(batch), signal);
    },
  };
  return { batches, scheduler: on.schedulerOn(inference) };
}

describe('createGenerator', () => {
  it('makes the golden pictures to within one level, from the golden noise', async () => {
    const { data: noise } = readNpy<Float32Array<ArrayBuffer>>(goldenDefault('noise.npy'));
    const golden = readNpy<Uint8Array>(goldenDefault('image_u8.npy'));
    const prompts = goldenPrompts();
    const noiseDim = noise.length / prompts.length;
    const noiseOf = new Map(
      prompts.map((prompt, row) => [
        backend.tokenise(prompt).join(),
        noise.subarray(row * noiseDim, (row + 1) * noiseDim),
      ]),
    );
    const { scheduler } = recordingScheduler(({ texts, sentenceOf, ...batch }) => {
      const rows = sentenceOf.flatMap((text) => [...(noiseOf.get(texts[text]?.join() ?? '') ?? [])]);
      return { ...batch, texts, sentenceOf, noise: Float32Array.from(rows) };
    });
    const { generator } = backend.withParts({ scheduler, store: createMemoryStore() });
    const { pictures } = await generator.generate(requestFor(prompts.map((prompt) => ({ prompt, seed: 0 }))));
    expect(pictures).toHaveLength(prompts.length);
    const length = golden.data.length / prompts.length;
    for (const [row, { bytes }] of pictures.entries()) {
      const pixels = await sharp(bytes).raw().toBuffer();
      const off = pixels.map((level, at) => Math.abs(level - (golden.data[row * length + at] ?? 0)));
      expect(Math.max(...off), prompts[row]).toBeLessThanOrEqual(1);
    }
  });

  it('answers with fingerprints, seeds, tags and stage times in the contract’s form', async () => {
    const request = requestFor([
      { prompt: 'red apple', seed: 7 },
      { prompt: 'pizza', seed: 11 },
    ]);
    const { result, pictures } = await backend.generator.generate(request);
    expect(generateResultSchema.parse(result)).toEqual(result);
    expect(result.native).toBe(64);
    const { images: _, ...common } = request;
    for (const [at, image] of request.images.entries()) {
      const fingerprint = await fingerprintOf({ ...common, ...image });
      expect(result.images[at]).toMatchObject({ fingerprint, seed: image.seed, created: true });
      expect(pictures[at]?.fingerprint).toBe(fingerprint);
    }
    const { totalMs, ...stages } = result.timings;
    expect(Object.values(stages).reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(totalMs + 1);
  });

  it('makes of a seed moved all the way to another the other’s picture, and of a shorter noise another one', async () => {
    const images = [
      { prompt: 'penguin', seed: 3 },
      { prompt: 'penguin', seed: 8, latent: { variation: { seed: 3, strength: 1 } } },
      { prompt: 'penguin', seed: 3, latent: { truncation: 0.2 } },
    ];
    const { result, pictures } = await backend.generator.generate(requestFor(images));
    const pixels = await Promise.all(pictures.map(({ bytes }) => sharp(bytes).raw().toBuffer()));
    expect(pixels[1]).toEqual(pixels[0]);
    expect(pixels[2]).not.toEqual(pixels[0]);
    expect(new Set(result.images.map(({ fingerprint }) => fingerprint)).size).toBe(3);
    expect((await sharp(pictures[1]?.bytes).metadata()).xmpAsString).toContain(
      'galip:latent="latent/1 1 3 1"',
    );
  });

  it('makes of a blend a picture between its texts’, which says so without telling them', async () => {
    const images: GenerateRequest['images'] = [
      { prompt: 'a red apple', seed: 3 },
      { prompt: ['blend/1', ['a banana', 500_000], ['a red apple', 500_000]], seed: 3 },
      { prompt: 'a banana', seed: 3 },
      { prompt: 'a red apple', stages: ['stages/1', [3, 4, 'a banana']], seed: 3 },
    ];
    const { pictures } = await backend.generator.generate(requestFor(images));
    const pixels = await Promise.all(pictures.map(({ bytes }) => sharp(bytes).raw().toBuffer()));
    expect(new Set(pixels.map((each) => each.toString('base64'))).size).toBe(images.length);
    const [apple, banana] = await Promise.all(['a red apple', 'a banana'].map(sha256Hex));
    const marks = await Promise.all(
      pictures.map(async ({ bytes }) => (await sharp(bytes).metadata()).xmpAsString ?? ''),
    );
    expect(marks[1]).toContain(`galip:promptSha256="blend/1 ${banana} 500000 ${apple} 500000"`);
    expect(marks[3]).toContain(`galip:promptSha256="${apple}"`);
    expect(marks[3]).toContain(`galip:stages="stages/1 3 4 ${banana}"`);
    for (const mark of marks) expect(mark).not.toMatch(/banana|apple/u);
  });

  it('makes rows with and without blends and stages in one batch, each bit for bit as alone', async () => {
    const blend: Prompt = ['blend/1', ['a penguin', 1_500_000], ['pizza', -500_000]];
    const images: GenerateRequest['images'] = [
      { prompt: 'pizza', seed: 1 },
      { prompt: blend, seed: 2 },
      { prompt: 'pizza', stages: ['stages/1', [1, 2, blend], [4, 4, 'a fox']], seed: 3 },
      { prompt: blend, stages: ['stages/1', [2, 4, 'a fox']], seed: 4, latent: { truncation: 0.5 } },
      { prompt: 'a fox', seed: 5 },
    ];
    // One batch of eight, as a GPU takes it, with three rows of padding; then one by one.
    const batched = await createTestBackend([8]);
    await batched.inference.ready;
    try {
      const together = recordingScheduler((batch) => batch, batched);
      const { generator } = batched.withParts({ scheduler: together.scheduler, store: createMemoryStore() });
      const { pictures } = await generator.generate(requestFor(images));
      expect(together.batches).toHaveLength(1);
      expect(together.batches[0]).toMatchObject({ bucket: 8, sentenceOf: [0, 3, 0, 3, 2] });
      expect(together.batches[0]?.texts).toHaveLength(3);
      expect(together.batches[0]?.blends).toHaveLength(1);
      for (const [at, image] of images.entries()) {
        const alone = backend.withParts({ store: createMemoryStore() }).generator;
        const { pictures: own } = await alone.generate(requestFor([image]));
        expect(own[0]?.fingerprint).toBe(pictures[at]?.fingerprint);
        expect(Buffer.compare(own[0]?.bytes ?? Buffer.of(), pictures[at]?.bytes ?? Buffer.of())).toBe(0);
      }
    } finally {
      await batched.close();
    }
  });

  it.each<[string, GenerateRequest['images'][number]]>([
    ['stage 5', { prompt: 'a', stages: ['stages/1', [3, 5, 'b']], seed: 1 }],
    ['lone surrogate', { prompt: ['blend/1', ['a', 500_000], ['b\ud800', 500_000]], seed: 1 }],
    ['lone surrogate', { prompt: 'a', stages: ['stages/1', [1, 1, '\udc00']], seed: 1 }],
  ])('refuses a picture with a %s', async (message, image) => {
    await expect(backend.generator.generate(requestFor([image]))).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining(message),
    });
  });

  it.each([32, 64, 256])('resamples what the model made to %i pixels before it clamps', async (size) => {
    const made: Float32Array[] = [];
    const scheduler: Scheduler = {
      ...backend.scheduler,
      run: (request, signal) =>
        backend.scheduler.run(request, signal).map(async (promise) => {
          const row = await promise;
          const image = new Float32Array(3 * 64 * 64);
          readSync(row.fd, image, 0, image.byteLength, row.position);
          // Far beyond −1 … 1, so that clamping too early shows.
          const wide = image.map((value) => value * 3);
          made.push(wide);
          writeSync(row.fd, wide, 0, wide.byteLength, row.position);
          return row;
        }),
    };
    const { generator } = backend.withParts({ scheduler, store: createMemoryStore() });
    const { pictures } = await generator.generate(requestFor([{ prompt: 'pizza', seed: 1 }], { size }));
    const pixels = await sharp(pictures[0]?.bytes).raw().toBuffer();
    const expected = pixelsFromImage(resampleImage(made[0] as Float32Array, 64, size), size).data;
    expect(Buffer.compare(pixels, Uint8Array.from(expected))).toBe(0);
  });

  it('makes the same picture again, whatever stands beside it', async () => {
    const alone = backend.withParts({ store: createMemoryStore() }).generator;
    const together = backend.withParts({ store: createMemoryStore() }).generator;
    const image = { prompt: 'grinning face', seed: 42 };
    const one = await alone.generate(requestFor([image]));
    const two = await together.generate(
      requestFor([{ prompt: 'a very happy cat on the red rose', seed: 1 }, image]),
    );
    const pixels = await Promise.all(
      [one.pictures[0], two.pictures[1]].map((picture) => sharp(picture?.bytes).raw().toBuffer()),
    );
    const off = (pixels[0] as Buffer).map((level, at) => Math.abs(level - ((pixels[1] as Buffer)[at] ?? 0)));
    expect(Math.max(...off)).toBeLessThanOrEqual(1);
  });

  it('makes equal items once and answers each', async () => {
    const { scheduler, batches } = recordingScheduler();
    const { generator } = backend.withParts({ scheduler });
    const twin = { prompt: 'blue heart', seed: 5 };
    const { result, pictures } = await generator.generate(requestFor([twin, { ...twin, seed: 6 }, twin]));
    expect(batches.reduce((sum, { rows }) => sum + rows, 0)).toBe(2);
    for (const { texts } of batches) expect(texts).toHaveLength(1);
    expect(result.images.map(({ seed }) => seed)).toEqual([5, 6, 5]);
    expect(result.images[2]).toEqual(result.images[0]);
    expect(pictures[2]).toEqual(pictures[0]);
  });

  it('refuses what would hold more memory than there is, and takes it when there is again', async () => {
    const memory = createByteBudget(1);
    const { generator } = backend.withParts({ memory });
    const first = generator.generate(requestFor([{ prompt: 'pizza', seed: 20 }]));
    expect(generator.inFlight()).toBe(1);
    await expect(generator.generate(requestFor([{ prompt: 'pizza', seed: 21 }]))).rejects.toMatchObject({
      code: 'backend_unavailable',
      reason: 'memory',
      retryAfterS: 1,
    });
    await first;
    await generator.idle();
    expect(memory.usedBytes()).toBe(0);
    expect((await generator.generate(requestFor([{ prompt: 'pizza', seed: 21 }]))).pictures).toHaveLength(1);
  });

  it.each<[string, Partial<GenerateRequest>, object]>([
    ['another model', { model: 'f'.repeat(64) }, { code: 'model_mismatch', status: 409, param: 'model' }],
    ['more than four times the native size', { size: 257 }, { code: 'invalid_request', param: 'size' }],
    ['a quality for png', { quality: 90 }, { code: 'invalid_request', param: 'quality' }],
    ['no quality for webp', { format: 'webp' }, { code: 'invalid_request', param: 'quality' }],
    [
      'a lone surrogate',
      { images: [{ prompt: '\ud800', seed: 0 }] },
      { code: 'invalid_request', param: 'images[0].prompt' },
    ],
  ])('refuses %s', async (_, change, error) => {
    const request = requestFor([{ prompt: 'pizza', seed: 0 }], change);
    await expect(backend.generator.generate(request)).rejects.toMatchObject(error);
  });
});
