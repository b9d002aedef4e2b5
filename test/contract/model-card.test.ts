import { describe, expect, it } from 'vitest';
import { modelDigestOf, type PictureManifest } from '../../gpu-backend/contract/model-card.ts';

const MANIFEST: PictureManifest = {
  generator: {
    noiseDim: 100,
    sentenceDim: 512,
    imageSize: 224,
    stages: 7,
    gridSize: 7,
    channels: [512, 256],
    promptTokens: 8,
  },
  text: {
    contextLength: 77,
    vocabSize: 49_408,
    width: 512,
    blocks: 12,
    heads: 8,
    startToken: 49_406,
    endToken: 49_407,
    padToken: 0,
  },
  files: {
    'tokenizer.json': { sha256: 'a'.repeat(64), sizeBytes: 1 },
    'text-encoder.onnx': { sha256: 'b'.repeat(64), sizeBytes: 2 },
    'generator.onnx': { sha256: 'c'.repeat(64), sizeBytes: 3 },
  },
};

const keysOf = <T extends object>(value: T) => Object.keys(value) as (keyof T)[];

describe('modelDigestOf', () => {
  it.each(keysOf(MANIFEST.files))('changes with %s', async (name) => {
    const files = { ...MANIFEST.files, [name]: { sha256: 'd'.repeat(64), sizeBytes: 1 } };
    expect(await modelDigestOf({ ...MANIFEST, files })).not.toBe(await modelDigestOf(MANIFEST));
  });

  it.each(keysOf(MANIFEST.text))('changes with text.%s', async (name) => {
    const text = { ...MANIFEST.text, [name]: MANIFEST.text[name] + 1 };
    expect(await modelDigestOf({ ...MANIFEST, text })).not.toBe(await modelDigestOf(MANIFEST));
  });

  it.each(keysOf(MANIFEST.generator))('changes with generator.%s', async (name) => {
    const { [name]: value } = MANIFEST.generator;
    const changed = typeof value === 'number' ? value + 1 : value.toReversed();
    const generator = { ...MANIFEST.generator, [name]: changed };
    expect(await modelDigestOf({ ...MANIFEST, generator })).not.toBe(await modelDigestOf(MANIFEST));
  });

  it('is as it was written down, whatever the order of the manifest’s fields', async () => {
    const reversed = (value: object): object =>
      Object.fromEntries(
        Object.entries(value)
          .map(([key, part]) => [key, isRecord(part) ? reversed(part) : part] as const)
          .reverse(),
      );
    const digests = [MANIFEST, reversed(MANIFEST) as PictureManifest].map(modelDigestOf);
    expect(new Set(await Promise.all(digests))).toEqual(new Set([DIGEST]));
  });
});

/** By `printf '["galip-edge/model/1",[100,512,224,7,7,[512,256],8],[77,49408,…],["aaa…","bbb…","ccc…"]]' | sha256sum`. */
const DIGEST = 'e537e47da45e39a390875b15bf4f7b21e81aaa1da9f817764b82e3b5223107e6';

const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
