import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { TextCache } from './text-cache.ts';

type TokenIds = BigInt64Array<ArrayBuffer>;

/** A CLIP's text encoder, and what it has encoded so far. */
export interface TextEncoder {
  readonly session: () => Promise<InferenceSession>;
  readonly padToken: number;
  readonly known: TextCache;
}

interface EncodedTexts {
  /** In the places of their texts. */
  readonly sentences: readonly (Float32Array<ArrayBuffer> | undefined)[];
  readonly encodedTexts: number;
}

/** The embedding of each text that is there; those that are not known are encoded in one pass, and known then. */
export async function encodeTexts(
  { session, padToken, known }: TextEncoder,
  texts: readonly (TokenIds | undefined)[],
): Promise<EncodedTexts> {
  const sentences = texts.map((ids) => ids && known.get(ids));
  const missing = [...texts.entries()].filter(
    (entry): entry is [number, TokenIds] => entry[1] !== undefined && sentences[entry[0]] === undefined,
  );
  if (missing.length > 0) {
    // To the longest and no further: the encoder is causal and reads the end token, so what stands behind is nothing.
    const sequence = Math.max(...missing.map(([, ids]) => ids.length));
    const tokenIds = new BigInt64Array(missing.length * sequence).fill(BigInt(padToken));
    for (const [row, [, ids]] of missing.entries()) tokenIds.set(ids, row * sequence);
    const token_ids = new Tensor('int64', tokenIds, [missing.length, sequence]);
    const { sentence } = await (await session()).run({ token_ids });
    if (!sentence) throw new RangeError('the text encoder has no output "sentence"');
    const data = sentence.data as Float32Array<ArrayBuffer>;
    const length = data.length / missing.length;
    for (const [row, [at, ids]] of missing.entries()) {
      const embedding = data.slice(row * length, (row + 1) * length);
      known.set(ids, embedding);
      sentences[at] = embedding;
    }
  }
  return { sentences, encodedTexts: missing.length };
}
