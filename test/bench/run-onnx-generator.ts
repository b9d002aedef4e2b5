import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/*
 * Times a converted generator in onnxruntime, as the backend opens it.
 * node run-onnx-generator.ts MODEL_DIR INPUTS OUTPUT BATCH THREADS RUNS
 * INPUTS holds noise.f32 and sentence.f32; the picture goes to OUTPUT. Prints JSON: times of the runs and peak memory.
 */
const BYTES_PER_KB = 1024;

const [model = '', inputs = '', output = '', ...numbers] = process.argv.slice(2);
const [batch = 1, threads = 1, runs = 1] = numbers.map(Number);

function input(name: string): Tensor {
  const bytes = new Uint8Array(readFileSync(join(inputs, `${name}.f32`)));
  const values = new Float32Array(bytes.buffer);
  return new Tensor('float32', values, [batch, values.length / batch]);
}

const noise = input('noise');
const sentence = input('sentence');
const conditionDim = (noise.dims[1] ?? 0) + (sentence.dims[1] ?? 0);
const feeds = {
  noise,
  sentence,
  stage_conditions: new Tensor('float32', new Float32Array(), [batch, 0, conditionDim]),
};
const session = await InferenceSession.create(join(model, 'generator.onnx'), {
  intraOpNumThreads: threads,
  graphOptimizationLevel: 'all',
});
const { image } = await session.run(feeds);
const ms: number[] = [];
for (let run = 0; run < runs; run++) {
  const startedAt = performance.now();
  await session.run(feeds);
  ms.push(performance.now() - startedAt);
}
writeFileSync(output, image?.data as Float32Array);
const peakBytes = process.resourceUsage().maxRSS * BYTES_PER_KB;
console.log(JSON.stringify({ ms, peakBytes }));
