import type { ModelManifest } from '../../contract/model-card.ts';
import { conv, matMul } from '../graph/operators/arithmetic.ts';
import { gather } from '../graph/operators/layout.ts';
import type { Weights } from '../weights/weights.ts';
import type { ImageTower } from './image-tower.ts';
import { layerNorm } from './layer-norm.ts';
import { readVisionArchitecture } from './vision-architecture.ts';
import { visionTransformer } from './vision-transformer.ts';

/**
 * CLIP's vision transformer.
 * @param weights scope of `conv1.weight`, … (`visual` of CLIP)
 * @throws CheckpointError
 */
export function readVisionTower(
  weights: Weights,
): ImageTower<Omit<ModelManifest['vision'], 'imageMean' | 'imageStd'>> {
  const architecture = readVisionArchitecture(weights);
  const { gridSize: _, ...sizes } = architecture;
  const { patchSize, width } = sizes;
  const [, embeddingDim] = weights.shape('proj', ['width', 'embedding']);
  return {
    sizes,
    embeddingDim,
    embed(graph, x) {
      const patches = weights.take('conv1.weight', [width, 3, patchSize, patchSize]);
      const kernel = graph.weight(weights.nameOf('conv1.weight'), patches);
      const feature = conv(graph, x, kernel, undefined, { stride: patchSize });
      const tokens = visionTransformer(graph, weights, feature, architecture);
      const classToken = gather(graph, tokens, graph.int(0), 1);
      const pooled = layerNorm(graph, weights.within('ln_post'), classToken, width);
      const projection = graph.weight(weights.nameOf('proj'), weights.take('proj', [width, embeddingDim]));
      return matMul(graph, pooled, projection);
    },
  };
}
