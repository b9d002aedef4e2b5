import type { InferenceBatch } from '../../../gpu-backend/runtime/inference.ts';
import { readModelManifest } from '../../../gpu-backend/runtime/model-directory.ts';
import { EMOJI_MODEL } from '../../fixtures/emoji-model.ts';
import { goldenDefault } from '../../fixtures/golden-default.ts';
import { readNpy } from '../../fixtures/npy.ts';

const golden = {
  tokenIds: readNpy<BigInt64Array<ArrayBuffer>>(goldenDefault('token_ids.npy')).data,
  noise: readNpy<Float32Array<ArrayBuffer>>(goldenDefault('noise.npy')).data,
};
export const ROWS = 8;
const NOISE_DIM = 100;
const CONTEXT_LENGTH = 32;

const { text } = await readModelManifest(EMOJI_MODEL);
const END_TOKEN = BigInt(text.endToken);
/** Token ids of the golden prompts without their padding. */
const goldenTexts = Array.from({ length: ROWS }, (_, row) => {
  const ids = golden.tokenIds.slice(row * CONTEXT_LENGTH, (row + 1) * CONTEXT_LENGTH);
  return ids.slice(0, ids.indexOf(END_TOKEN) + 1);
});

/** Some of the golden rows as a batch. */
export function batchOf(rows: readonly number[], bucket = rows.length): InferenceBatch {
  const noise = rows.flatMap((row) => [...golden.noise.slice(row * NOISE_DIM, (row + 1) * NOISE_DIM)]);
  return {
    rows: rows.length,
    bucket,
    noise: Float32Array.from(noise),
    texts: rows.map((row) => goldenTexts[row] as BigInt64Array<ArrayBuffer>),
    sentenceOf: rows.map((_, at) => at),
  };
}

export const goldenBatch = batchOf([0, 1, 2, 3, 4, 5, 6, 7]);

/** Its pictures, by PyTorch. */
export const goldenImages = readNpy<Float32Array>(goldenDefault('image.npy')).data;
