import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelManifest } from '../../../gpu-backend/contract/model-card.ts';
import { readModelManifest } from '../../../gpu-backend/runtime/model-directory.ts';
import { copyModel } from './model-copy.ts';

describe('readModelManifest refuses a model.json that was changed', () => {
  let directory: string;
  beforeEach(() => {
    directory = copyModel();
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it.each<[string, (manifest: ModelManifest) => object]>([
    ['in its context length', ({ text }) => ({ text: { ...text, contextLength: text.contextLength + 1 } })],
    ['in its start token', ({ text }) => ({ text: { ...text, startToken: 0 } })],
    ['in its pad token', ({ text }) => ({ text: { ...text, padToken: 1 } })],
    ['in its noise', ({ generator }) => ({ generator: { ...generator, noiseDim: 99 } })],
    ['in its picture size', ({ generator }) => ({ generator: { ...generator, imageSize: 32 } })],
    [
      'in the digest of a file',
      ({ files }) => ({ files: { ...files, 'generator.onnx': files['text-encoder.onnx'] } }),
    ],
  ])('%s', async (_, change) => {
    const path = join(directory, 'model.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as ModelManifest;
    writeFileSync(path, JSON.stringify({ ...manifest, ...change(manifest) }));
    await expect(readModelManifest(directory)).rejects.toThrow(
      `model ${path}: digest is ${manifest.digest}, its content makes `,
    );
  });
});
