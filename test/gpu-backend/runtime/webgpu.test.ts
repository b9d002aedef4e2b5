import { existsSync, readSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  createInferenceProcess,
  type InferenceProcessOptions,
} from '../../../gpu-backend/runtime/inference-process.ts';
import { readModelManifest } from '../../../gpu-backend/runtime/model-directory.ts';
import { EMOJI_MODEL } from '../../fixtures/emoji-model.ts';
import { maxAbsDifference } from '../../fixtures/numeric-distance.ts';

/** Vulkan in software, as Debian's chromium has it: no GPU is needed, and a picture takes seconds. */
const CHROMIUM = '/usr/lib/chromium';
const SWIFTSHADER = `${CHROMIUM}/vk_swiftshader_icd.json`;
const DRIVER = { LD_LIBRARY_PATH: CHROMIUM, VK_ICD_FILENAMES: SWIFTSHADER };
/** Of pictures in −1 … 1: the same float32 in another order. */
const MAX_ERROR = 1e-4;
const NEVER = new AbortController().signal;

it('makes the CPU’s pictures', { timeout: 180_000 }, async ({ skip }) => {
  skip(!existsSync(SWIFTSHADER), `no Vulkan driver to run WebGPU on: ${SWIFTSHADER} (Debian: chromium)`);
  const [onCpu, onGpu] = [await picture({ providers: ['cpu'] }), await picture({ providers: ['webgpu'] })];
  expect(maxAbsDifference(onGpu, onCpu)).toBeLessThan(MAX_ERROR);
});

async function picture(options: Pick<InferenceProcessOptions, 'providers'>): Promise<Float32Array> {
  const { digest, generator, text } = await readModelManifest(EMOJI_MODEL);
  const inference = createInferenceProcess({
    modelDirectory: EMOJI_MODEL,
    digest,
    imageSize: generator.imageSize,
    buckets: [1],
    textCacheBytes: 0,
    threads: 1,
    environment: DRIVER,
    ...options,
  });
  try {
    await inference.ready;
    const noise = Float32Array.from({ length: generator.noiseDim }, (_, at) => Math.sin(at));
    const texts = [BigInt64Array.of(BigInt(text.startToken), 7n, BigInt(text.endToken))];
    const batch = { rows: 1, bucket: 1, noise, texts, sentenceOf: [0] };
    const { pictures, release } = await inference.generate(batch, NEVER);
    const bytes = new Uint8Array(pictures.rowBytes);
    readSync(pictures.fd, bytes, 0, bytes.length, pictures.position);
    release();
    return new Float32Array(bytes.buffer);
  } finally {
    await inference.close();
  }
}
