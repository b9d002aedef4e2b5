import type { Graph } from '../graph/graph.ts';
import { createGraphBuilder, type FloatType } from '../graph/graph-builder.ts';
import { div, sub } from '../graph/operators/arithmetic.ts';
import { cast } from '../graph/operators/layout.ts';
import { resizePicture } from '../graph/operators/resize-picture.ts';
import type { ImageTower } from './image-tower.ts';

/** One value a channel: red, green, blue. */
export type PerChannel = readonly [number, number, number];

export interface ImageEncoderOptions {
  readonly floatType: FloatType;
  /** Of pixels in 0 … 1. */
  readonly imageMean: PerChannel;
  readonly imageStd: PerChannel;
  /** Edge of the pictures that come; they are resized to the tower's own, which they have if not given. */
  readonly pictureSize?: number;
}

/**
 * CLIP's image encoder: `pixels` float32 `[batch, 3, S, S]` in 0 … 1 → `embedding` float32 `[batch, d]`, not normalised.
 * @throws CheckpointError
 */
export function buildImageEncoder(tower: ImageTower, options: ImageEncoderOptions): Graph {
  const { imageSize } = tower.sizes;
  const { floatType, imageMean, imageStd, pictureSize = imageSize } = options;
  const graph = createGraphBuilder('image-encoder', floatType);

  const pixels = graph.input('pixels', 'float32', ['batch', 3, pictureSize, pictureSize]);
  const resized = resizePicture(graph, pixels, pictureSize, imageSize);
  const mean = graph.weight('image_mean', perChannel(imageMean), 'float32');
  const std = graph.weight('image_std', perChannel(imageStd), 'float32');
  const normalised = cast(graph, div(graph, sub(graph, resized, mean), std), floatType);
  graph.output('embedding', tower.embed(graph, normalised), ['batch', tower.embeddingDim]);
  return graph.build();
}

function perChannel(values: PerChannel): { shape: readonly number[]; read(): Float32Array<ArrayBuffer> } {
  return { shape: [1, 3, 1, 1], read: () => Float32Array.from(values) };
}
