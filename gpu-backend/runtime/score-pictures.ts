import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelManifest } from '../contract/model-card.ts';
import { SCORE_JUDGES, type ScoreJudge } from '../contract/score-judge.ts';
import { blendTexts } from './blend-texts.ts';
import { encodeTexts, type TextEncoder } from './encode-texts.ts';
import type { InferenceBatch } from './inference.ts';
import type { Sessions } from './open-sessions.ts';
import { createTextCache } from './text-cache.ts';

/** What a score is rounded to: below it providers differ. */
const DECIMALS = 1e6;
/** Texts that the second judge remembers, bytes: those of a thousand prompts, each of which is scored some times in a row. */
const JUDGE_TEXT_CACHE_BYTES = 4 * 2 ** 20;

/**
 * How well those of a batch's pictures that name a judge fit their conditions, in their places. @see ../contract/scores.ts
 * @param images `[rows, 3, imageSize, imageSize]`, nominally −1 … 1.
 * @param sentences of the model's own text encoder, which the batch's rows and their stages name.
 */
export type PictureScorer = (
  images: Float32Array,
  batch: InferenceBatch,
  sentences: readonly Float32Array[],
) => Promise<(number | undefined)[]>;

/** Scores by the model's own CLIP, and by its second judge where it has one. */
export function createScorer(
  { imageEncoder, judge }: Pick<Sessions, 'imageEncoder' | 'judge'>,
  manifest: ModelManifest,
): PictureScorer {
  const judgeTexts: TextEncoder | undefined = judge && {
    session: judge.textEncoder,
    padToken: manifest.judge?.text.padToken ?? 0,
    known: createTextCache(JUDGE_TEXT_CACHE_BYTES),
  };

  const sentencesOfJudge = async (batch: InferenceBatch): Promise<Float32Array[]> => {
    if (!judgeTexts) throw new RangeError('the model has no second judge');
    return blendTexts(batch, (await encodeTexts(judgeTexts, batch.judgeTexts ?? [])).sentences);
  };

  return async (images, batch, sentences) => {
    const scores = Array<number | undefined>(batch.rows).fill(undefined);
    for (const name of SCORE_JUDGES) {
      const rows = rowsOf(batch, name);
      if (rows.length === 0) continue;
      const wanted = name === 'clip' ? sentences : await sentencesOfJudge(batch);
      const encoder = await (name === 'clip' ? imageEncoder : judge?.imageEncoder)?.();
      if (!encoder) throw new RangeError('the model has no second judge');
      const found = await scoreRows(encoder, images, rows, batch, wanted);
      for (const [at, row] of rows.entries()) scores[row] = found[at];
    }
    return scores;
  };
}

function rowsOf({ rows, judgeOf = [] }: InferenceBatch, judge: ScoreJudge): number[] {
  return [...judgeOf.keys()].filter((row) => row < rows && judgeOf[row] === judge);
}

async function scoreRows(
  encoder: InferenceSession,
  images: Float32Array,
  rows: readonly number[],
  { rows: all, sentenceOf, stagesOf }: InferenceBatch,
  sentences: readonly Float32Array[],
): Promise<number[]> {
  const length = images.length / all;
  const pixels = new Float32Array(rows.length * length);
  for (const [at, row] of rows.entries()) {
    const image = images.subarray(row * length, (row + 1) * length);
    pixels.set(
      image.map((value) => Math.min(1, Math.max(0, (value + 1) / 2))),
      at * length,
    );
  }
  const size = Math.sqrt(length / 3);
  const { embedding } = await encoder.run({
    pixels: new Tensor('float32', pixels, [rows.length, 3, size, size]),
  });
  if (!embedding) throw new RangeError('the image encoder has no output "embedding"');
  const embeddings = embedding.data as Float32Array;
  const width = embeddings.length / rows.length;
  return rows.map((row, at) => {
    const places = stagesOf?.[row] ?? [sentenceOf[row] ?? 0];
    const wanted = sumOf(places.map((place) => sentences[place] ?? new Float32Array(width)));
    const cosine = cosineOf(embeddings.subarray(at * width, (at + 1) * width), wanted);
    return Math.round(cosine * DECIMALS) / DECIMALS;
  });
}

/** As good as the mean: only its direction counts. */
function sumOf(vectors: readonly Float32Array[]): Float64Array {
  const sums = new Float64Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) {
    for (const [at, value] of vector.entries()) sums[at] = (sums[at] ?? 0) + value;
  }
  return sums;
}

function cosineOf(a: Float32Array, b: Float64Array): number {
  let [product, squareA, squareB] = [0, 0, 0];
  for (const [at, value] of a.entries()) {
    const other = b[at] ?? 0;
    product += value * other;
    squareA += value * value;
    squareB += other * other;
  }
  const cosine = product / Math.sqrt(squareA * squareB);
  return Number.isNaN(cosine) ? 0 : Math.min(1, Math.max(-1, cosine));
}
