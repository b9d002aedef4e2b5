import { describe, expect, it } from 'vitest';
import { modelDigestOf } from '../../gpu-backend/contract/model-card.ts';

const FILES = {
  'tokenizer.json': { sha256: 'a'.repeat(64), sizeBytes: 1 },
  'text-encoder.onnx': { sha256: 'b'.repeat(64), sizeBytes: 2 },
  'generator.onnx': { sha256: 'c'.repeat(64), sizeBytes: 3 },
};

describe('modelDigestOf', () => {
  it.each(Object.keys(FILES) as (keyof typeof FILES)[])('changes with %s', async (name) => {
    const changed = {
      ...FILES,
      [name]: { sha256: 'd'.repeat(64), sizeBytes: 1 },
    };
    expect(await modelDigestOf(changed)).not.toBe(await modelDigestOf(FILES));
  });

  it('follows from the files alone, whatever their order', async () => {
    const reversed = Object.fromEntries(Object.entries(FILES).reverse()) as typeof FILES;
    expect(await modelDigestOf(reversed)).toBe(await modelDigestOf(FILES));
  });
});
