import { CheckpointError } from '../checkpoint/checkpoint-error.ts';
import type { Weights } from '../weights/weights.ts';

/** Channels of an attention head in every CLIP. */
export const HEAD_WIDTH = 64;

/**
 * Attention heads of a transformer.
 * @throws CheckpointError when the width, read from the tensor `name`, is not a whole number of heads.
 */
export function headsOf({ file, nameOf }: Weights, name: string, width: number): number {
  const heads = width / HEAD_WIDTH;
  if (Number.isInteger(heads)) return heads;
  const reason = `tensor ${nameOf(name)} gives width ${width}; expected a multiple of ${HEAD_WIDTH}`;
  throw new CheckpointError({ file, reason });
}
