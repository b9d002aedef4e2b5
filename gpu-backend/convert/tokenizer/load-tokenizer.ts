import { readFile, stat } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { CheckpointError } from '../checkpoint/checkpoint-error.ts';
import { checkTokenizer, type SpecialTokens, type TokenModel } from './check-tokenizer.ts';
import { huggingFaceVocabulary, vocabularySchema } from './hugging-face-vocabulary.ts';
import { openAiVocabulary } from './open-ai-vocabulary.ts';
import { tokenizerJson } from './tokenizer-json.ts';

/** CLIP's list of merges is 3.2 MB, its tokenizer.json 2.2 MB: more than this is no tokenizer. */
const MAX_TOKENIZER_BYTES = 64 * 1024 * 1024;

export interface TokenizerSources {
  /** OpenAI's list of merges, packed or not; or `tokenizer.json`; or `vocab.json`. */
  readonly tokenizer: string;
  /** `merges.txt`, beside `vocab.json`. */
  readonly merges?: string;
}

export interface LoadedTokenizer extends SpecialTokens {
  /** Hugging Face's `tokenizer.json`. */
  readonly bytes: Uint8Array;
}

/**
 * Reads a tokenizer of any of the three forms; what it is shows in its content.
 * @throws CheckpointError when it is damaged or is not the model's.
 */
export async function loadTokenizer(
  { tokenizer: file, merges }: TokenizerSources,
  model: TokenModel,
): Promise<LoadedTokenizer> {
  const packed = await readBounded(file);
  const isPacked = packed[0] === 0x1f && packed[1] === 0x8b;
  const bytes = isPacked ? unpack(file, packed) : packed;
  const text = decodeText(file, bytes);
  const isJson = /^\s*\{/u.test(text);
  if (!isJson) {
    if (merges !== undefined) refuseMerges(file, merges);
    const json = tokenizerJson(openAiVocabulary(file, text, model));
    return { bytes: new TextEncoder().encode(json), ...checkTokenizer(file, JSON.parse(json), model) };
  }
  const parsed = parseJson(file, text);
  const vocabulary = vocabularySchema.safeParse(parsed);
  if (!vocabulary.success) {
    if (merges !== undefined) refuseMerges(file, merges);
    return { bytes, ...checkTokenizer(file, parsed, model) };
  }
  if (merges === undefined) {
    throw new CheckpointError({
      file,
      reason: 'is a vocabulary without merges: give --tokenizer-merges too',
    });
  }
  const mergesText = decodeText(merges, await readBounded(merges));
  const json = tokenizerJson(huggingFaceVocabulary(file, vocabulary.data, merges, mergesText));
  return { bytes: new TextEncoder().encode(json), ...checkTokenizer(file, JSON.parse(json), model) };
}

function refuseMerges(file: string, merges: string): never {
  throw new CheckpointError({
    file: merges,
    reason: `--tokenizer-merges goes with a vocab.json; ${file} is none`,
  });
}

async function readBounded(file: string): Promise<Uint8Array> {
  const { size } = await stat(file);
  if (size > MAX_TOKENIZER_BYTES) throw tooLarge(file);
  return readFile(file);
}

function unpack(file: string, packed: Uint8Array): Uint8Array {
  try {
    return gunzipSync(packed, { maxOutputLength: MAX_TOKENIZER_BYTES });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(file);
    throw new CheckpointError({ file, reason: 'the gzip stream is damaged', cause });
  }
}

function tooLarge(file: string): CheckpointError {
  return new CheckpointError({
    file,
    reason: `is larger than ${MAX_TOKENIZER_BYTES} bytes, too much for a tokenizer`,
  });
}

function decodeText(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CheckpointError({ file, reason: 'is not UTF-8 text', cause });
  }
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError({ file, reason: 'is not JSON', cause });
  }
}
