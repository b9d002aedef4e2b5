import type { Graph } from '../graph/graph.ts';
import { createGraphBuilder, type FloatType } from '../graph/graph-builder.ts';
import { conv, div, matMul, sub } from '../graph/operators/arithmetic.ts';
import { cast, gather } from '../graph/operators/layout.ts';
import type { Weights } from '../weights/weights.ts';
import { layerNorm } from './layer-norm.ts';
import { readVisionArchitecture } from './vision-architecture.ts';
import { visionTransformer } from './vision-transformer.ts';

/** One value a channel: red, green, blue. */
export type PerChannel = readonly [number, number, number];

export interface ImageEncoderOptions {
  readonly floatType: FloatType;
  /** Of pixels in 0 … 1. */
  readonly imageMean: PerChannel;
  readonly imageStd: PerChannel;
}

/**
 * CLIP's image encoder: `pixels` float32 `[batch, 3, S, S]` in 0 … 1 → `embedding` float32 `[batch, d]`, not normalised.
 * @param weights scope of `conv1.weight`, … (`visual` of CLIP)
 * @throws CheckpointError
 */
export function buildImageEncoder(weights: Weights, options: ImageEncoderOptions): Graph {
  const { floatType, imageMean, imageStd } = options;
  const architecture = readVisionArchitecture(weights);
  const { imageSize, patchSize, width } = architecture;
  const [, embeddingDim] = weights.shape('proj', ['width', 'embedding']);
  const graph = createGraphBuilder('image-encoder', floatType);

  const pixels = graph.input('pixels', 'float32', ['batch', 3, imageSize, imageSize]);
  const mean = graph.weight('image_mean', perChannel(imageMean), 'float32');
  const std = graph.weight('image_std', perChannel(imageStd), 'float32');
  const normalised = cast(graph, div(graph, sub(graph, pixels, mean), std), floatType);

  const patches = weights.take('conv1.weight', [width, 3, patchSize, patchSize]);
  const kernel = graph.weight(weights.nameOf('conv1.weight'), patches);
  const feature = conv(graph, normalised, kernel, undefined, { stride: patchSize });
  const tokens = visionTransformer(graph, weights, feature, architecture);
  const classToken = gather(graph, tokens, graph.int(0), 1);
  const pooled = layerNorm(graph, weights.within('ln_post'), classToken, width);
  const projection = graph.weight(weights.nameOf('proj'), weights.take('proj', [width, embeddingDim]));
  graph.output('embedding', matMul(graph, pooled, projection), ['batch', embeddingDim]);
  return graph.build();
}

function perChannel(values: PerChannel): { shape: readonly number[]; read(): Float32Array<ArrayBuffer> } {
  return { shape: [1, 3, 1, 1], read: () => Float32Array.from(values) };
}
