import { describe, expect, it } from 'vitest';
import { createTokeniser } from '../../../gpu-backend/pipeline/tokenise.ts';
import { readModelManifest, readTokenizer } from '../../../gpu-backend/runtime/model-directory.ts';
import { EMOJI_MODEL } from '../../fixtures/emoji-model.ts';
import { goldenDefault, goldenPrompts } from '../../fixtures/golden-default.ts';
import { readNpy } from '../../fixtures/npy.ts';

const model = await readModelManifest(EMOJI_MODEL);
const tokenise = createTokeniser(await readTokenizer(EMOJI_MODEL, model), model.text);
const CONTEXT_LENGTH = 32;
const START = BigInt(model.text.startToken);
const END = BigInt(model.text.endToken);

describe('createTokeniser', () => {
  it('gives the golden token ids and no padding', () => {
    const { data: golden } = readNpy<BigInt64Array>(goldenDefault('token_ids.npy'));
    for (const [row, prompt] of goldenPrompts().entries()) {
      const ids = tokenise(prompt);
      expect(ids.at(-1)).toBe(END);
      const padded = new BigInt64Array(CONTEXT_LENGTH);
      padded.set(ids);
      expect(padded, prompt).toEqual(golden.slice(row * CONTEXT_LENGTH, (row + 1) * CONTEXT_LENGTH));
    }
  });

  it('cuts a long prompt to the context with the end token last', () => {
    const ids = tokenise('red apple '.repeat(100));
    expect(ids).toHaveLength(CONTEXT_LENGTH);
    expect(ids[0]).toBe(START);
    expect(ids.indexOf(END)).toBe(CONTEXT_LENGTH - 1);
  });
});
