import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { InferenceBatch } from './inference.ts';

/** What a score is rounded to: below it providers differ. */
const DECIMALS = 1e6;

/**
 * How well each of a batch's pictures fits its condition. @see ../contract/scores.ts
 * @param images `[rows, 3, imageSize, imageSize]`, nominally −1 … 1.
 * @param sentences vectors that the batch's rows and their stages name.
 */
export async function scorePictures(
  encoder: InferenceSession,
  images: Float32Array,
  { rows, sentenceOf, stagesOf }: InferenceBatch,
  sentences: readonly Float32Array[],
): Promise<number[]> {
  const pixels = images.map((value) => Math.min(1, Math.max(0, (value + 1) / 2)));
  const size = Math.sqrt(images.length / rows / 3);
  const { embedding } = await encoder.run({ pixels: new Tensor('float32', pixels, [rows, 3, size, size]) });
  if (!embedding) throw new RangeError('image-encoder.onnx has no output "embedding"');
  const embeddings = embedding.data as Float32Array;
  const width = embeddings.length / rows;
  return Array.from({ length: rows }, (_, row) => {
    const places = stagesOf?.[row] ?? [sentenceOf[row] ?? 0];
    const wanted = sumOf(places.map((place) => sentences[place] ?? new Float32Array(width)));
    const cosine = cosineOf(embeddings.subarray(row * width, (row + 1) * width), wanted);
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
