import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { canonicalisePrompt } from '../../gpu-backend/contract/canonicalise.ts';
import { loadTokenizer } from '../../gpu-backend/convert/tokenizer/load-tokenizer.ts';
import { createTokeniser } from '../../gpu-backend/pipeline/tokenise.ts';
import { canonicaliseVectors, VECTORS_FILE } from '../fixtures/canonicalise-vectors.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../training/data/${name}`, import.meta.url));

describe('what Python and TypeScript share', () => {
  it('has canonical captions as this TypeScript makes them', async () => {
    expect(await readFile(VECTORS_FILE, 'utf8')).toBe(canonicaliseVectors());
  });

  it('reads the tokenizer that Python trained, and gives the same token ids', async () => {
    const { vocabSize, contextLength, captions } = JSON.parse(
      await readFile(fixture('trained-tokenizer-ids.json'), 'utf8'),
    ) as { vocabSize: number; contextLength: number; captions: { caption: string; ids: number[] }[] };
    const model = { file: 'clip.pth', vocabSize };
    const loaded = await loadTokenizer({ tokenizer: fixture('trained-tokenizer.json') }, model);
    const { startToken, endToken } = loaded;
    const tokenise = createTokeniser(JSON.parse(new TextDecoder().decode(loaded.bytes)) as object, {
      contextLength,
      startToken,
      endToken,
      padToken: 0,
      vocabSize,
      width: 1,
      blocks: 1,
      heads: 1,
    });
    expect(captions.length).toBeGreaterThan(5);
    for (const { caption, ids } of captions) {
      expect([...tokenise(canonicalisePrompt(caption))].map(Number), caption).toEqual(ids);
    }
  });
});
