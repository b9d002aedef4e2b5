import { z } from 'zod';
import { CheckpointError } from '../checkpoint/checkpoint-error.ts';
import { type BpeVocabulary, END_TOKEN, START_TOKEN, WORD_END } from './bpe-vocabulary.ts';
import { parseMerges } from './parse-merges.ts';

export const vocabularySchema: z.ZodType<Record<string, number>> = z.record(
  z.string(),
  z.int().nonnegative(),
);

/**
 * Hugging Face's `vocab.json` and `merges.txt`.
 * @throws CheckpointError when a merge's tokens, the start or the end token are not in the vocabulary,
 * or a token of several characters is made by no merge.
 */
export function huggingFaceVocabulary(
  file: string,
  ids: Readonly<Record<string, number>>,
  mergesFile: string,
  mergesText: string,
): BpeVocabulary {
  for (const token of [START_TOKEN, END_TOKEN]) {
    if (!Object.hasOwn(ids, token)) throw new CheckpointError({ file, reason: `token ${token} is missing` });
  }
  const merges = parseMerges(mergesFile, mergesText);
  for (const [first, second] of merges) {
    const missing = [first, second, first + second].find((token) => !Object.hasOwn(ids, token));
    if (missing !== undefined) {
      const reason = `merge "${first} ${second}" needs the token ${JSON.stringify(missing)}, which ${file} has not`;
      throw new CheckpointError({ file: mergesFile, reason });
    }
  }
  const made = new Set(merges.map((pair) => pair.join('')));
  const unmade = Object.keys(ids).find((token) => isCompound(token) && !made.has(token));
  if (unmade !== undefined) {
    const reason = `none of its ${merges.length} merges makes the token ${JSON.stringify(unmade)}, which ${file} has`;
    throw new CheckpointError({ file: mergesFile, reason });
  }
  return { ids, merges };
}

/** Not a byte, nor one at a word's end, nor a mark of its own such as the end token. */
function isCompound(token: string): boolean {
  if (/^<\|.*\|>$/u.test(token)) return false;
  const stem = token.endsWith(WORD_END) ? token.slice(0, -WORD_END.length) : token;
  return stem.length > 1;
}
