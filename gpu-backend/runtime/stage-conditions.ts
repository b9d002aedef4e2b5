import type { ModelManifest } from '../contract/model-card.ts';
import type { InferenceBatch } from './inference.ts';

export interface StageConditions {
  /** `[bucket, steered, noiseDim + sentenceDim]` */
  readonly values: Float32Array;
  /** 0: every stage of every row takes its condition from the row's noise and sentence. */
  readonly steered: number;
}

/**
 * What the generator's input `stage_conditions` is fed. Where one row of a batch has stages of their own, all stages of
 * all rows are written out: noise ++ sentence, which is what the graph itself would join, bit for bit.
 */
export function stageConditions(
  { rows, bucket, noise, sentenceOf, stagesOf }: InferenceBatch,
  sentences: readonly Float32Array[],
  { noiseDim, sentenceDim, stages }: ModelManifest['generator'],
): StageConditions {
  if (!stagesOf?.some((own) => own !== undefined)) return { values: new Float32Array(), steered: 0 };
  const conditionDim = noiseDim + sentenceDim;
  const values = new Float32Array(bucket * stages * conditionDim);
  for (let row = 0; row < rows; row++) {
    const own = noise.subarray(row * noiseDim, (row + 1) * noiseDim);
    for (let stage = 0; stage < stages; stage++) {
      const at = (row * stages + stage) * conditionDim;
      values.set(own, at);
      const place = stagesOf[row]?.[stage] ?? sentenceOf[row] ?? 0;
      values.set(sentences[place] ?? [], at + noiseDim);
    }
  }
  return { values, steered: stages };
}
