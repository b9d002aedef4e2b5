import { blendVectors } from '../contract/blend.ts';
import type { InferenceBatch } from './inference.ts';

/** A batch's sentences: the vectors of its texts, one that nobody needs left empty, and its blends of them behind. */
export function blendTexts(
  { blends = [] }: Pick<InferenceBatch, 'blends'>,
  vectors: readonly (Float32Array | undefined)[],
): Float32Array[] {
  const texts = vectors.map((vector) => vector ?? new Float32Array());
  const blended = blends.map((terms) =>
    blendVectors(terms.map(([text, weight]) => [texts[text] ?? new Float32Array(), weight])),
  );
  return [...texts, ...blended];
}
