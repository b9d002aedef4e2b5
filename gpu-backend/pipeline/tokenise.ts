import { Tokenizer } from '@huggingface/tokenizers';
import type { ModelManifest } from '../contract/model-card.ts';

/** A canonical prompt → its CLIP token ids. */
export type Tokenise = (prompt: string) => BigInt64Array<ArrayBuffer>;

/**
 * Token ids of canonical prompts: start token, byte pairs, end token. A prompt of more than `contextLength` ids is cut to
 * that many with the end token last.
 *
 * @param tokenizerJson parsed `tokenizer.json` of the model directory.
 * @throws Error when `tokenizer.json` cannot be read as a tokenizer.
 */
export function createTokeniser(tokenizerJson: object, text: ModelManifest['text']): Tokenise {
  const tokenizer = new Tokenizer(tokenizerJson, {});
  const { contextLength, startToken, endToken } = text;

  return (prompt) => {
    const { ids } = tokenizer.encode(prompt, { add_special_tokens: false });
    return BigInt64Array.from([startToken, ...ids.slice(0, contextLength - 2), endToken], BigInt);
  };
}
