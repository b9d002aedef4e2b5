import type { JudgeManifest } from '../../contract/model-card.ts';
import { CheckpointError } from '../checkpoint/checkpoint-error.ts';
import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { Weights } from '../weights/weights.ts';
import { hasResidualTower, readResidualTower } from './residual-tower.ts';
import { readVisionTower } from './vision-tower.ts';

/** A CLIP's image encoder from normalised pixels on. */
export interface ImageTower<Sizes extends TowerSizes = TowerSizes> {
  /** As `model.json` has them. */
  readonly sizes: Sizes;
  readonly embeddingDim: number;
  /** x `[N, 3, imageSize, imageSize]` → `[N, embeddingDim]` */
  embed(graph: GraphBuilder, x: Value): Value;
}

type WithoutStatistics<T> = T extends unknown ? Omit<T, 'imageMean' | 'imageStd'> : never;

type TowerSizes = WithoutStatistics<JudgeManifest['vision']>;

/**
 * The tower that the tensors show.
 * @param weights scope of `visual`.
 * @param imageSize edge of the pictures that a residual tower was trained on, which no tensor tells.
 * @throws CheckpointError
 */
export function readImageTower(weights: Weights, imageSize: number | undefined): ImageTower {
  if (!hasResidualTower(weights)) return readVisionTower(weights);
  if (imageSize !== undefined) return readResidualTower(weights, imageSize);
  const reason =
    'has a residual image encoder, whose image_size the JSON beside it must tell: {"clip": {"image_size": 64}}';
  throw new CheckpointError({ file: weights.file, reason });
}
