import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { floats, runOnnx, valuesOf } from '../fixtures/onnx-run.ts';

const TIMEOUT_MS = 300_000;

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const run = promisify(execFile);

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'galip-full-size-'));
  await run(process.execPath, [fromRoot('test/fixtures/make-full-size-checkpoint.ts'), folder]);
}, TIMEOUT_MS);
afterAll(() => rmSync(folder, { recursive: true }));

it(
  'a checkpoint of the official size converts and runs (time and memory: `npm run bench convert`)',
  async () => {
    await run(process.execPath, [
      fromRoot('gpu-backend/convert/main.ts'),
      ...['--generator', join(folder, 'galip.pth'), '--clip', join(folder, 'clip.pth')],
      ...['--tokenizer', fromRoot('../shared/golden/clip/bpe_simple_vocab_16e6.txt.gz')],
      ...['--out', join(folder, 'model')],
    ]);
    const { image } = await runOnnx(join(folder, 'model', 'generator.onnx'), {
      noise: floats(new Float32Array(100).fill(0.5), [1, 100]),
      sentence: floats(new Float32Array(512).fill(0.1), [1, 512]),
      stage_conditions: floats(new Float32Array(), [1, 0, 612]),
    });
    expect(image?.dims).toEqual([1, 3, 224, 224]);
    expect(valuesOf(image).every(Number.isFinite)).toBe(true);
  },
  TIMEOUT_MS,
);
