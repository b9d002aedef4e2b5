import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASS_NAMES, type PassName } from '../../gpu-backend/convert/passes/apply-passes.ts';
import { type ConvertedModel, convertEmoji } from '../fixtures/convert-emoji.ts';
import { goldenEmoji } from '../fixtures/golden-emoji.ts';
import { type NpyArray, readNpy } from '../fixtures/npy.ts';
import { maxAbsDifference, minRowCosine } from '../fixtures/numeric-distance.ts';
import { type Floats, floats, runOnnx, valuesOf } from '../fixtures/onnx-run.ts';

const golden = (name: string): NpyArray<Float32Array> => readNpy(goldenEmoji(`${name}.npy`));
const noise = golden('noise');
const sentence = golden('text_embedding');
const image = golden('image');
const [batch = 0, noiseDim = 0] = noise.shape;
const [, sentenceDim = 0] = sentence.shape;
const conditionDim = noiseDim + sentenceDim;
/** The mapper and four GBlocks. */
const STAGES = 5;

function clamp(values: Floats): Floats {
  return values.map((value) => Math.min(1, Math.max(-1, value)));
}

describe.each<{ passes: readonly PassName[] }>([
  { passes: [] },
  { passes: ['hoist'] },
  { passes: ['sub-pixel'] },
  { passes: ['stack'] },
  { passes: PASS_NAMES },
])('emoji-v0 with passes $passes in onnxruntime against PyTorch, stage by stage', ({ passes }) => {
  let model: ConvertedModel;
  let stages: Record<string, Tensor>;

  /** Runs rows of the golden batch, each stage by the condition given, if any. */
  function generate(rows: readonly number[], conditions?: Floats): Promise<Record<string, Tensor>> {
    const pick = ({ data }: NpyArray<Float32Array>, width: number): Tensor =>
      floats(Float32Array.from(rows.flatMap((row) => [...data.subarray(row * width, (row + 1) * width)])), [
        rows.length,
        width,
      ]);
    return runOnnx(join(model.directory, 'generator.onnx'), {
      noise: pick(noise, noiseDim),
      sentence: pick(sentence, sentenceDim),
      stage_conditions: floats(conditions ?? new Float32Array(), [
        rows.length,
        conditions ? conditions.length / rows.length / conditionDim : 0,
        conditionDim,
      ]),
    });
  }

  const allRows = Array.from({ length: batch }, (_, row) => row);

  /** Noise and sentence of each row, once a stage. */
  function equalConditions(): Float32Array {
    const rows = allRows.flatMap((row) => {
      const condition = [
        ...noise.data.subarray(row * noiseDim, (row + 1) * noiseDim),
        ...sentence.data.subarray(row * sentenceDim, (row + 1) * sentenceDim),
      ];
      return Array.from({ length: STAGES }, () => condition).flat();
    });
    return Float32Array.from(rows);
  }

  beforeAll(async () => {
    model = await convertEmoji({ stageOutputs: true, passes });
    stages = await generate(allRows);
  });
  afterAll(() => model[Symbol.asyncDispose]());

  it('encodes the golden token ids to the golden sentences', async () => {
    const ids = readNpy<BigInt64Array>(goldenEmoji('token_ids.npy'));
    const { sentence: made } = await runOnnx(join(model.directory, 'text-encoder.onnx'), {
      token_ids: new Tensor('int64', ids.data, ids.shape),
    });
    expect(minRowCosine(valuesOf(made), sentence.data, sentenceDim)).toBeGreaterThanOrEqual(0.9999);
    expect(maxAbsDifference(valuesOf(made), sentence.data)).toBeLessThanOrEqual(1e-4);
  });

  it('encodes a prompt cut after its end token as it encodes the padded one', async () => {
    const ids = readNpy<BigInt64Array>(goldenEmoji('token_ids.npy'));
    const first = ids.data.subarray(0, ids.shape[1]);
    const end = first.indexOf(BigInt(model.manifest.text.endToken));
    const { sentence: made } = await runOnnx(join(model.directory, 'text-encoder.onnx'), {
      token_ids: new Tensor('int64', first.slice(0, end + 1), [1, end + 1]),
    });
    expect(end).toBeLessThan(ids.shape[1] ?? 0);
    expect(maxAbsDifference(valuesOf(made), sentence.data.subarray(0, sentenceDim))).toBeLessThanOrEqual(
      1e-5,
    );
  });

  it.each([
    ['bridge_feature', 1e-4],
    ['mapped_feature', 1e-4],
    ['mapping', 1e-3],
    ['gblock0', 1e-3],
    ['gblock1', 1e-3],
    ['gblock2', 1e-3],
    ['gblock3', 1e-3],
    ['image', 1e-4],
  ])('%s is within %f', (name, tolerance) => {
    const { data, shape } = golden(name);
    expect(stages[name]?.dims).toEqual(shape);
    expect(maxAbsDifference(valuesOf(stages[name]), data)).toBeLessThanOrEqual(tolerance);
  });

  it('makes the golden pixels, but for a rounding', () => {
    const { data, shape } = readNpy<Uint8Array>(goldenEmoji('image_u8.npy'));
    const [, height = 0, width = 0, channels = 0] = shape;
    const made = clamp(valuesOf(stages.image)).map((value) => Math.round((value + 1) * 127.5));
    // The golden pixels are NHWC.
    const asMade = made.map((_, at) => {
      const pixel = at % (height * width);
      const plane = Math.floor(at / (height * width));
      const picture = Math.floor(plane / channels);
      return data[(picture * height * width + pixel) * channels + (plane % channels)] as number;
    });
    expect(maxAbsDifference(made, asMade)).toBeLessThanOrEqual(1);
  });

  it('judges the golden pictures as PyTorch does', async () => {
    const expected = golden('image_embedding');
    const pixels = clamp(image.data).map((value) => (value + 1) / 2);
    const { embedding } = await runOnnx(join(model.directory, 'image-encoder.onnx'), {
      pixels: floats(pixels, image.shape),
    });
    expect(minRowCosine(valuesOf(embedding), expected.data, expected.shape[1] ?? 0)).toBeGreaterThanOrEqual(
      0.9999,
    );
    expect(maxAbsDifference(valuesOf(embedding), expected.data)).toBeLessThanOrEqual(1e-4);
  });

  it.each([0, 3, 7])('makes of row %i alone what it makes of it in a batch', async (row) => {
    const alone = valuesOf((await generate([row])).image);
    const inBatch = valuesOf(stages.image).subarray(row * alone.length, (row + 1) * alone.length);
    expect(maxAbsDifference(alone, inBatch)).toBe(0);
  });

  it('makes the same of equal conditions for all stages as of none', async () => {
    const steered = await generate(allRows, equalConditions());
    expect(maxAbsDifference(valuesOf(steered.image), valuesOf(stages.image))).toBeLessThanOrEqual(1e-6);
  });

  it.each([
    ['the last stage', STAGES - 1, ['mapping', 'gblock0', 'gblock2'], ['gblock3', 'image']],
    ['the first GBlock', 1, ['mapping'], ['gblock0', 'gblock3', 'image']],
    ['the mapper', 0, [], ['bridge_feature', 'mapped_feature', 'mapping', 'image']],
  ])('steers %s alone', async (_, stage, kept, changed) => {
    const conditions = equalConditions();
    for (const row of allRows) {
      const start = (row * STAGES + stage) * conditionDim;
      conditions.subarray(start, start + conditionDim).reverse();
    }
    const steered = await generate(allRows, conditions);
    for (const name of kept) {
      expect(maxAbsDifference(valuesOf(steered[name]), valuesOf(stages[name])), name).toBeLessThanOrEqual(
        1e-6,
      );
    }
    for (const name of changed) {
      expect(maxAbsDifference(valuesOf(steered[name]), valuesOf(stages[name])), name).toBeGreaterThan(1e-2);
    }
  });
});
