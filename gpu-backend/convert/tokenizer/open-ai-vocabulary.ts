import { CheckpointError } from '../checkpoint/checkpoint-error.ts';
import { type BpeVocabulary, END_TOKEN, START_TOKEN, WORD_END } from './bpe-vocabulary.ts';
import { byteAlphabet } from './byte-alphabet.ts';
import type { TokenModel } from './check-tokenizer.ts';
import { parseMerges } from './parse-merges.ts';

/** Tokens of OpenAI's CLIP. The list as published goes on behind them: CLIP uses its beginning alone. */
const CLIP_VOCAB_SIZE = 49_408;

/**
 * OpenAI's list of merges (`bpe_simple_vocab_16e6.txt`): ids are the 256 bytes, the same at a word's end, the merges, the
 * start and the end token.
 * @throws CheckpointError when the merges are not as many as the model has (more for OpenAI's own size alone), or one is
 * no pair.
 * @see https://github.com/openai/CLIP/blob/main/clip/simple_tokenizer.py
 */
export function openAiVocabulary(file: string, text: string, model: TokenModel): BpeVocabulary {
  const alphabet = byteAlphabet();
  const singles = [...alphabet, ...alphabet.map((character) => character + WORD_END)];
  const published = parseMerges(file, text);
  const clipMerges = CLIP_VOCAB_SIZE - singles.length - 2;
  const merges = model.vocabSize === CLIP_VOCAB_SIZE ? published.slice(0, clipMerges) : published;
  const size = singles.length + merges.length + 2;
  if (size !== model.vocabSize) {
    const reason = `${merges.length} merges give ${size} tokens; the model in ${model.file} has ${model.vocabSize}`;
    throw new CheckpointError({ file, reason });
  }
  const tokens = [...singles, ...merges.map((pair) => pair.join('')), START_TOKEN, END_TOKEN];
  const ids = Object.fromEntries(tokens.map((token, id) => [token, id]));
  return { ids, merges };
}
