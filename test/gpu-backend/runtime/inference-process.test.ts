import { beforeAll, describe, expect, it } from 'vitest';
import type { InferenceBatch } from '../../../gpu-backend/runtime/inference.ts';
import type { InferenceProcess } from '../../../gpu-backend/runtime/inference-process.ts';
import { batchOf, goldenBatch, goldenImages, ROWS } from './golden-batch.ts';
import { imagesOf } from './images-of.ts';
import { createInferenceOpener } from './inference-opener.ts';

const NEVER = new AbortController().signal;
const open = createInferenceOpener();

describe('createInferenceProcess', () => {
  let inference: InferenceProcess;

  beforeAll(async () => {
    inference = open({ hangLimitMs: 20_000 });
    expect(inference.isReady()).toBe(false);
    await inference.ready;
  });

  it('gives the golden images', async () => {
    expect(inference.isReady()).toBe(true);
    const running = inference.generate(goldenBatch, NEVER);
    const images = await imagesOf(running, ROWS);
    const { textEncoderMs, generatorMs } = await running;
    expect(images.length).toBe(goldenImages.length);
    const worst = images.reduce(
      (most, value, at) => Math.max(most, Math.abs(value - (goldenImages[at] ?? 0))),
      0,
    );
    expect(worst).toBeLessThan(1e-3);
    expect(textEncoderMs).toBeGreaterThan(0);
    expect(generatorMs).toBeGreaterThan(0);
  });

  it('outlives a batch that onnxruntime refuses', async () => {
    const tooManyTokens = new BigInt64Array(1_000);
    const refused = inference.generate({ ...batchOf([0]), texts: [tooManyTokens] }, NEVER);
    await expect(refused).rejects.toMatchObject({ code: 'internal_error' });
    await imagesOf(inference.generate(goldenBatch, NEVER), ROWS);
  });

  it('makes a row the same alone, beside others and beside padding, bit for bit', async () => {
    const alone = await imagesOf(inference.generate(batchOf([2]), NEVER), 1);
    for (const [rows, bucket, at] of [
      [[2, 5], 2, 0],
      [[7, 1, 2], 4, 2],
      [[2], 8, 0],
      [[0, 1, 3, 2, 4, 5, 6, 7], 32, 3],
    ] as const) {
      const images = await imagesOf(inference.generate(batchOf(rows, bucket), NEVER), rows.length);
      expect(images.slice(at * alone.length, (at + 1) * alone.length), `${rows} of ${bucket}`).toEqual(alone);
    }
  });

  it('makes the same of stages that all have one sentence, and of a blend that is one text, bit for bit', async () => {
    const plain = await imagesOf(inference.generate(batchOf([2, 5, 7]), NEVER), 3);
    const steered: InferenceBatch = {
      ...batchOf([2, 5, 7], 8),
      blends: [[[1, 1_000_000]]],
      // Row 0: its own text in every stage; row 1: the blend in some, and in the others its text; row 2: no stages.
      stagesOf: [[0, 0, 0, 0, 0], [1, 3, 3, 1, 3], undefined],
    };
    expect(await imagesOf(inference.generate(steered, NEVER), 3)).toEqual(plain);
    const others = { ...steered, stagesOf: [[0, 0, 0, 0, 1], undefined, [0, 2, 2, 2, 2]] };
    const images = await imagesOf(inference.generate(others, NEVER), 3);
    const rowOf = (all: Float32Array, row: number) =>
      all.slice((row * all.length) / 3, ((row + 1) * all.length) / 3);
    expect(
      [0, 1, 2].map(
        (row) =>
          Buffer.compare(Buffer.from(rowOf(images, row).buffer), Buffer.from(rowOf(plain, row).buffer)) === 0,
      ),
    ).toEqual([false, true, false]);
  });

  it('encodes a prompt once for all rows of a batch, and remembers it', async () => {
    const [text] = [BigInt64Array.of(1688n, 77n, 78n, 79n, 80n, 1689n)];
    const twice: InferenceBatch = { ...batchOf([0, 1]), texts: [text], sentenceOf: [0, 0] };
    const first = inference.generate(twice, NEVER);
    const images = await imagesOf(first, 2);
    expect((await first).encodedTexts).toBe(1);
    const again = inference.generate(twice, NEVER);
    expect(await imagesOf(again, 2)).toEqual(images);
    expect((await again).encodedTexts).toBe(0);
    const mixed = inference.generate(
      { ...batchOf([0, 1]), texts: [text, BigInt64Array.of(1688n, 9n, 1689n)] },
      NEVER,
    );
    expect((await imagesOf(mixed, 2)).slice(0, images.length / 2)).toEqual(
      images.slice(0, images.length / 2),
    );
    expect((await mixed).encodedTexts).toBe(1);
  });

  it('forgets prompts rather than pass its bound', async () => {
    const forgetful = open({ textCacheBytes: 0 });
    for (const _ of [1, 2]) {
      const running = forgetful.generate(batchOf([0]), NEVER);
      await imagesOf(running, 1);
      expect((await running).encodedTexts).toBe(1);
    }
  });

  it('waits for memory to put pictures into, and takes what is given back', async () => {
    const held = await Promise.all([0, 1, 2].map((row) => inference.generate(batchOf([row]), NEVER)));
    const deadline = new AbortController();
    const late = inference.generate(batchOf([3]), deadline.signal);
    const patient = inference.generate(batchOf([4]), NEVER);
    deadline.abort(new Error('too late'));
    await expect(late).rejects.toThrow('too late');
    held[1]?.release();
    held[1]?.release();
    expect((await patient).pictures.position).toBe(held[1]?.pictures.position);
    held[0]?.release();
    held[2]?.release();
    (await patient).release();
  });

  it('says what each bucket takes, and gives up buckets that gain nothing', async () => {
    const times = await inference.ready;
    expect(times.map(({ bucket }) => bucket)).toEqual([1, 8]);
    for (const { ms } of times) expect(ms).toBeGreaterThan(0);
  });
});
