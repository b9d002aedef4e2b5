import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { modelManifestSchema } from '../../gpu-backend/contract/model-card.ts';
import { type ConvertedModel, convertEmoji } from '../fixtures/convert-emoji.ts';
import { goldenEmoji } from '../fixtures/golden-emoji.ts';
import { readNpy } from '../fixtures/npy.ts';
import { psnrOf } from '../fixtures/numeric-distance.ts';
import { type Floats, floats, runOnnx, valuesOf } from '../fixtures/onnx-run.ts';

/** emoji-v0 was trained for two hours, and is calibrated on 16 captions here that are none of its kind. */
const MIN_PSNR_DB = 30;

let model: ConvertedModel;
beforeAll(async () => {
  model = await convertEmoji({ precision: 'int8' });
});
afterAll(() => model[Symbol.asyncDispose]());

async function picturesOf(rows: readonly number[]): Promise<Floats> {
  const pick = (name: string) => {
    const { data, shape } = readNpy<Float32Array>(goldenEmoji(name));
    const width = shape[1] ?? 0;
    const picked = rows.flatMap((row) => [...data.subarray(row * width, (row + 1) * width)]);
    return floats(Float32Array.from(picked), [rows.length, width]);
  };
  const { image } = await runOnnx(join(model.directory, 'generator.onnx'), {
    noise: pick('noise.npy'),
    sentence: pick('text_embedding.npy'),
    stage_conditions: floats(new Float32Array(), [rows.length, 0, 228]),
  });
  return valuesOf(image).map((value) => Math.min(1, Math.max(-1, value)));
}

it('emoji-v0 in eight bits says how near it is to float32, and is as near on other prompts', async () => {
  const { precision, quantisation } = modelManifestSchema.parse(
    JSON.parse(readFileSync(join(model.directory, 'model.json'), 'utf8')),
  );
  expect(precision).toBe('int8');
  expect(quantisation).toMatchObject({ calibrationPrompts: 16, measuredPrompts: 8 });
  expect(quantisation?.psnrDb).toBeGreaterThanOrEqual(MIN_PSNR_DB);
  expect(quantisation?.psnrDb).toBeLessThan(60);
  const golden = readNpy<Float32Array>(goldenEmoji('image.npy')).data;
  const expected = golden.map((value) => Math.min(1, Math.max(-1, value)));
  expect(psnrOf(await picturesOf([0, 1, 2, 3, 4, 5, 6, 7]), expected)).toBeGreaterThanOrEqual(MIN_PSNR_DB);
});

it('a picture in eight bits does not depend on those it shares a batch with', async () => {
  const [some, others] = [await picturesOf([5, 3, 0]), await picturesOf([5, 1, 7])];
  const size = some.length / 3;
  expect(others.slice(size)).not.toEqual(some.slice(size));
  expect(others.slice(0, size)).toEqual(some.slice(0, size));
});

it('nor on whether it shares one', async () => {
  const [alone, together] = [await picturesOf([5]), (await picturesOf([5, 3, 0])).slice(0, 3 * 64 * 64)];
  expect(alone).toEqual(together);
});

it('the same checkpoint in eight bits is the same files', async () => {
  await using again = await convertEmoji({ precision: 'int8' });
  expect(again.manifest).toEqual(model.manifest);
});
