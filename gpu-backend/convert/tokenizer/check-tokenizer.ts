import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { CheckpointError } from '../checkpoint/checkpoint-error.ts';
import { END_TOKEN, START_TOKEN } from './bpe-vocabulary.ts';
import { vocabularySchema } from './hugging-face-vocabulary.ts';

/** What must hold of a `tokenizer.json`; everything else is the library's business. */
const tokenizerSchema = z.looseObject({
  added_tokens: z.array(z.looseObject({ id: z.int().nonnegative(), content: z.string() })).default([]),
  model: z.looseObject({ type: z.literal('BPE'), vocab: vocabularySchema }),
});

/** The model that a tokenizer is for. */
export interface TokenModel {
  /** Checkpoint that states the size, for messages. */
  readonly file: string;
  readonly vocabSize: number;
}

export interface SpecialTokens {
  readonly startToken: number;
  readonly endToken: number;
}

/**
 * Checks a `tokenizer.json` against a model and finds its start and end token.
 * @throws CheckpointError when it is not BPE, its highest id is not the model's, which shows that it belongs to another
 * model, its end token is not the highest id (the text encoder finds it by that), or it does not put both tokens around
 * a text.
 */
export function checkTokenizer(file: string, json: unknown, model: TokenModel): SpecialTokens {
  const refuse = (reason: string, cause?: unknown): never => {
    throw new CheckpointError({ file, reason, ...(cause === undefined ? {} : { cause }) });
  };
  const parsed = tokenizerSchema.safeParse(json);
  if (!parsed.success)
    return refuse(`not a tokenizer: ${z.prettifyError(parsed.error).replace(/\s*\n\s*/gu, ' ')}`);
  const { added_tokens: added, model: bpe } = parsed.data;
  const ids = new Map(Object.entries(bpe.vocab));
  for (const { content, id } of added) ids.set(content, id);

  const highest = [...ids.values()].reduce((max, id) => Math.max(max, id), 0);
  const startToken = ids.get(START_TOKEN) ?? refuse(`token ${START_TOKEN} is missing`);
  const endToken = ids.get(END_TOKEN) ?? refuse(`token ${END_TOKEN} is missing`);
  if (highest !== model.vocabSize - 1) {
    refuse(
      `its highest token id is ${highest}; the model in ${model.file} has ${model.vocabSize} tokens, 0 to ${model.vocabSize - 1}`,
    );
  }
  if (endToken !== highest) refuse(`token ${END_TOKEN} has id ${endToken}; expected the highest, ${highest}`);

  const encoded = encodeOnce(json, (cause) =>
    refuse(`the tokenizer does not load: ${messageOf(cause)}`, cause),
  );
  if (encoded[0] !== startToken || encoded.at(-1) !== endToken || encoded.length < 3) {
    refuse(`"a" becomes [${encoded.join(', ')}]; expected ${startToken}, its tokens, ${endToken}`);
  }
  return { startToken, endToken };
}

function encodeOnce(json: unknown, refuse: (cause: unknown) => never): number[] {
  try {
    return new Tokenizer(json as object, {}).encode('a').ids;
  } catch (cause) {
    return refuse(cause);
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
