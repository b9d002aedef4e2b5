import { CheckpointError } from '../checkpoint/checkpoint-error.ts';
import { type BpeVocabulary, END_TOKEN, START_TOKEN, WORD_END } from './bpe-vocabulary.ts';
import { byteAlphabet } from './byte-alphabet.ts';
import { parseMerges } from './parse-merges.ts';

/**
 * OpenAI's list of merges (`bpe_simple_vocab_16e6.txt`): ids are the 256 bytes, the same at a word's end, the merges, the
 * start and the end token. The file has more merges than CLIP was trained with: the first that fill the vocabulary count.
 * @throws CheckpointError when the file has too few merges, or one that is no pair.
 */
export function openAiVocabulary(file: string, text: string, vocabSize: number): BpeVocabulary {
  const alphabet = byteAlphabet();
  const singles = [...alphabet, ...alphabet.map((character) => character + WORD_END)];
  const count = vocabSize - singles.length - 2;
  const merges = parseMerges(file, text).slice(0, Math.max(count, 0));
  if (merges.length < count || count < 0) {
    const reason = `${merges.length} merges give ${merges.length + singles.length + 2} tokens; the model has ${vocabSize}`;
    throw new CheckpointError({ file, reason });
  }
  const tokens = [...singles, ...merges.map((pair) => pair.join('')), START_TOKEN, END_TOKEN];
  const ids = Object.fromEntries(tokens.map((token, id) => [token, id]));
  return { ids, merges };
}
