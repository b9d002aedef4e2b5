/**
 * Runs a converted model on the inputs that PyTorch had, and prints the largest difference of each output as JSON.
 * Usage: node draw-with-onnxruntime.ts MODEL_DIR TENSOR_DIR (ids, noise, sentence, image, embedding as {shape, data}).
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';

interface SavedTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

const [modelDirectory = '', tensorDirectory = ''] = process.argv.slice(2);

async function saved(name: string): Promise<SavedTensor> {
  return JSON.parse(await readFile(join(tensorDirectory, `${name}.json`), 'utf8'));
}

function floats({ shape, data }: SavedTensor): Tensor {
  return new Tensor('float32', Float32Array.from(data), shape);
}

async function run(file: string, feeds: Record<string, Tensor>, output: string): Promise<Tensor> {
  const session = await InferenceSession.create(join(modelDirectory, file), { intraOpNumThreads: 1 });
  const result = (await session.run(feeds))[output];
  if (!result) throw new Error(`${file} has no output ${output}`);
  return result;
}

async function difference(name: string, actual: Tensor): Promise<number> {
  const expected = await saved(name);
  const values = actual.data as Float32Array;
  if (values.length !== expected.data.length) throw new Error(`${name} has ${values.length} values`);
  return expected.data.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - (values[index] ?? Number.NaN))),
    0,
  );
}

const ids = await saved('ids');
const noise = floats(await saved('noise'));
const [batch = 0] = ids.shape;
const tokenIds = new Tensor('int64', BigInt64Array.from(ids.data, BigInt), ids.shape);
const sentence = await run('text-encoder.onnx', { token_ids: tokenIds }, 'sentence');
const conditionDim = (noise.dims[1] ?? 0) + (sentence.dims[1] ?? 0);
const stageConditions = new Tensor('float32', new Float32Array(0), [batch, 0, conditionDim]);
const image = await run('generator.onnx', { noise, sentence, stage_conditions: stageConditions }, 'image');
const pixels = Float32Array.from(
  image.data as Float32Array,
  (value) => (Math.min(1, Math.max(-1, value)) + 1) / 2,
);
const embedding = await run(
  'image-encoder.onnx',
  { pixels: new Tensor('float32', pixels, image.dims) },
  'embedding',
);
console.log(
  JSON.stringify({
    sentence: await difference('sentence', sentence),
    image: await difference('image', image),
    embedding: await difference('embedding', embedding),
  }),
);
