import { describe, expect, it } from 'vitest';
import { createTokeniser } from '../../../gpu-backend/pipeline/tokenise.ts';
import { readModelManifest, readTokenizer } from '../../../gpu-backend/runtime/model-directory.ts';
import { EMOJI_MODEL } from '../../fixtures/emoji-model.ts';
import { goldenEmoji, goldenPrompts } from '../../fixtures/golden-emoji.ts';
import { readNpy } from '../../fixtures/npy.ts';

const model = await readModelManifest(EMOJI_MODEL);
const tokenise = createTokeniser(await readTokenizer(EMOJI_MODEL, model), model.text);
const CONTEXT_LENGTH = 32;
const START = 1688n;
const END = 1689n;

describe('createTokeniser', () => {
  it('gives the golden token ids, padded to the longest prompt alone', () => {
    const { data: golden } = readNpy<BigInt64Array>(goldenEmoji('token_ids.npy'));
    const prompts = goldenPrompts();
    const { ids, batch, sequence } = tokenise(prompts);
    expect(batch).toBe(prompts.length);
    expect(ids.length).toBe(batch * sequence);
    for (let row = 0; row < batch; row++) {
      const padded = new BigInt64Array(CONTEXT_LENGTH);
      padded.set(ids.subarray(row * sequence, (row + 1) * sequence));
      expect(padded, prompts[row]).toEqual(golden.slice(row * CONTEXT_LENGTH, (row + 1) * CONTEXT_LENGTH));
    }
    // Some row fills the batch's width: no column is padding throughout.
    expect(Array.from({ length: batch }, (_, row) => ids[(row + 1) * sequence - 1])).toContain(END);
  });

  it('cuts a long prompt to the context with the end token last', () => {
    const { ids, sequence } = tokenise(['red apple '.repeat(100)]);
    expect(sequence).toBe(CONTEXT_LENGTH);
    expect(ids[0]).toBe(START);
    expect(ids.at(-1)).toBe(END);
    expect(ids.indexOf(END)).toBe(CONTEXT_LENGTH - 1);
  });

  it('keeps a row the same whatever stands beside it', () => {
    const alone = tokenise(['pizza']);
    const together = tokenise(['pizza', 'a very happy cat with smiling eyes']);
    expect([...together.ids.slice(0, alone.sequence)]).toEqual([...alone.ids]);
    expect(together.ids.slice(alone.sequence, together.sequence).every((id) => id === 0n)).toBe(true);
  });
});
