import { CheckpointError } from '../checkpoint/checkpoint-error.ts';
import type { Weights } from '../weights/weights.ts';
import { headsOf } from './attention-heads.ts';

/** Sizes of CLIP's vision transformer. */
export interface VisionArchitecture {
  /** Edge of the square picture, pixels. */
  readonly imageSize: number;
  readonly patchSize: number;
  /** Patches along an edge. */
  readonly gridSize: number;
  readonly width: number;
  readonly blocks: number;
  readonly heads: number;
}

/**
 * Reads the sizes from the tensors' shapes.
 * @param weights scope of `conv1.weight`, `class_embedding`, …
 * @throws CheckpointError
 */
export function readVisionArchitecture(weights: Weights): VisionArchitecture {
  const shape = weights.shape('conv1.weight', ['width', '3', 'patch', 'patch']);
  const [width, channels, patchHeight, patchSize] = shape;
  if (channels !== 3 || patchHeight !== patchSize) {
    const name = weights.nameOf('conv1.weight');
    const reason = `tensor ${name} has shape [${shape.join(', ')}]; expected [width, 3, patch, patch]`;
    throw new CheckpointError({ file: weights.file, reason });
  }
  const [positions] = weights.shape('positional_embedding', ['1 + grid²', 'width']);
  const gridSize = Math.sqrt(positions - 1);
  if (!Number.isInteger(gridSize) || gridSize === 0) {
    const name = weights.nameOf('positional_embedding');
    const reason = `tensor ${name} has ${positions} rows; expected 1 + a square number`;
    throw new CheckpointError({ file: weights.file, reason });
  }
  const blocks = weights.count('transformer.resblocks');
  const heads = headsOf(weights, 'conv1.weight', width);
  return { imageSize: gridSize * patchSize, patchSize, gridSize, width, blocks, heads };
}
