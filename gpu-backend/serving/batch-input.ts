import { type Prompt, termsOf } from '../contract/blend.ts';
import type { ScoreJudge } from '../contract/score-judge.ts';
import type { BlendedTexts, InferenceBatch } from '../runtime/inference.ts';

/** One picture to make. */
export interface Row {
  /** Canonical; equal texts of a batch are encoded once. */
  readonly prompt: Prompt;
  /** Of each stage, where they have not all the same. */
  readonly stages?: readonly Prompt[] | undefined;
  /** Token ids of all texts that these have. */
  readonly tokenIds: ReadonlyMap<string, BigInt64Array<ArrayBuffer>>;
  /** `[noiseDim]` standard normal. */
  readonly noise: Float32Array<ArrayBuffer>;
  /** Who is to say how well the picture fits its condition, if that is wanted too. */
  readonly judge?: ScoreJudge | undefined;
  /** `tokenIds` as the independent judge reads the texts; with that one. */
  readonly judgeTokenIds?: ReadonlyMap<string, BigInt64Array<ArrayBuffer>> | undefined;
}

/** The rows of a batch as the model takes them: every text and every blend once, and which of these each row wants. */
export function batchInput(
  { rows, bucket }: Pick<InferenceBatch, 'rows' | 'bucket'>,
  all: readonly Row[],
): InferenceBatch {
  const tokenIds = new Map(all.flatMap((row) => [...row.tokenIds]));
  const textAt = new Map([...tokenIds.keys()].map((text, at) => [text, at]));
  const blends: BlendedTexts[] = [];
  const blendAt = new Map<string, number>();

  const sentenceOf = (prompt: Prompt): number => {
    if (typeof prompt === 'string') return textAt.get(prompt) ?? 0;
    const name = JSON.stringify(prompt);
    const known = blendAt.get(name);
    if (known !== undefined) return known;
    const at = textAt.size + blends.length;
    blends.push(termsOf(prompt).map(({ text, weight }) => [textAt.get(text) ?? 0, weight] as const));
    blendAt.set(name, at);
    return at;
  };

  const judgeTokenIds = new Map(all.flatMap((row) => [...(row.judgeTokenIds ?? [])]));
  const noiseDim = all[0]?.noise.length ?? 0;
  const noise = new Float32Array(rows * noiseDim);
  for (const [row, one] of all.entries()) noise.set(one.noise, row * noiseDim);
  return {
    rows,
    bucket,
    noise,
    texts: [...tokenIds.values()],
    sentenceOf: all.map(({ prompt }) => sentenceOf(prompt)),
    ...(all.some(({ stages }) => stages) && { stagesOf: all.map(({ stages }) => stages?.map(sentenceOf)) }),
    ...(blends.length > 0 && { blends }),
    ...(all.some(({ judge }) => judge) && { judgeOf: all.map(({ judge }) => judge) }),
    ...(judgeTokenIds.size > 0 && {
      judgeTexts: [...tokenIds.keys()].map((text) => judgeTokenIds.get(text)),
    }),
  };
}
