import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { expect, it, onTestFinished } from 'vitest';
import { convertEmoji } from '../fixtures/convert-emoji.ts';
import { goldenEmoji } from '../fixtures/golden-emoji.ts';
import { type NpyArray, readNpy } from '../fixtures/npy.ts';
import { maxAbsDifference } from '../fixtures/numeric-distance.ts';
import { floats, runOnnx, valuesOf } from '../fixtures/onnx-run.ts';

const golden = (name: string): NpyArray<Float32Array> => readNpy(goldenEmoji(`${name}.npy`));
/** Half a step of an 8-bit pixel, of −1 … 1. */
const HALF_A_STEP = 1 / 255;

async function converted(halfWeights: boolean) {
  const model = await convertEmoji({ halfWeights });
  onTestFinished(() => model[Symbol.asyncDispose]());
  return { ...model, sizeOf: (name: string) => statSync(join(model.directory, name)).size };
}

it('weights kept in float16 take half the bytes, and pictures change by less than half a step', async () => {
  const [half, whole] = [await converted(true), await converted(false)];
  for (const name of ['generator.onnx', 'text-encoder.onnx']) {
    expect(half.sizeOf(name)).toBeLessThan(0.56 * whole.sizeOf(name));
  }
  expect(half.manifest).toMatchObject({ precision: 'fp32' });
  expect(half.manifest.provenance.passes).toEqual([...whole.manifest.provenance.passes, 'half-weights']);

  const [noise, sentence, image] = [golden('noise'), golden('text_embedding'), golden('image')];
  const clamped = (values: ArrayLike<number>) =>
    Float32Array.from(values, (value) => Math.min(1, Math.max(-1, value)));
  const { image: made } = await runOnnx(join(half.directory, 'generator.onnx'), {
    noise: floats(noise.data, noise.shape),
    sentence: floats(sentence.data, sentence.shape),
    stage_conditions: floats(new Float32Array(), [
      noise.shape[0] ?? 0,
      0,
      (noise.shape[1] ?? 0) + (sentence.shape[1] ?? 0),
    ]),
  });
  expect(maxAbsDifference(clamped(valuesOf(made)), clamped(image.data))).toBeLessThan(HALF_A_STEP);

  const ids = readNpy<BigInt64Array>(goldenEmoji('token_ids.npy'));
  const { sentence: heard } = await runOnnx(join(half.directory, 'text-encoder.onnx'), {
    token_ids: new Tensor('int64', ids.data, ids.shape),
  });
  expect(maxAbsDifference(valuesOf(heard), sentence.data)).toBeLessThan(0.01);
});
