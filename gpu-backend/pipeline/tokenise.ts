import { Tokenizer } from '@huggingface/tokenizers';
import type { ModelManifest } from '../contract/model-card.ts';

/** Token ids of a batch of prompts, `[batch, sequence]` row by row. */
interface TokenBatch {
  readonly ids: BigInt64Array<ArrayBuffer>;
  readonly batch: number;
  /** Length of the longest prompt of the batch, start and end token included. */
  readonly sequence: number;
}

export type Tokenise = (prompts: readonly string[]) => TokenBatch;

/**
 * Canonical prompts → CLIP token ids: start token, byte pairs, end token. A prompt of more than `contextLength` ids is
 * cut to that many with the end token last. Rows are padded to the longest one and no further: the text encoder is
 * causal and reads the end token's feature, so what stands behind it changes nothing.
 *
 * @param tokenizerJson parsed `tokenizer.json` of the model directory.
 * @throws Error when `tokenizer.json` cannot be read as a tokenizer.
 */
export function createTokeniser(tokenizerJson: object, text: ModelManifest['text']): Tokenise {
  const tokenizer = new Tokenizer(tokenizerJson, {});
  const { contextLength, startToken, endToken, padToken } = text;

  const encode = (prompt: string): number[] => {
    const { ids } = tokenizer.encode(prompt, { add_special_tokens: false });
    return [startToken, ...ids.slice(0, contextLength - 2), endToken];
  };

  return (prompts) => {
    const rows = prompts.map(encode);
    const sequence = Math.max(...rows.map((row) => row.length));
    const ids = new BigInt64Array(rows.length * sequence).fill(BigInt(padToken));
    for (const [row, tokens] of rows.entries()) ids.set(tokens.map(BigInt), row * sequence);
    return { ids, batch: rows.length, sequence };
  };
}
