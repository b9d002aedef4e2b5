import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { add } from '../graph/operators/arithmetic.ts';
import { concat, dimension, expand, reshape, slice, transpose } from '../graph/operators/layout.ts';
import { reshapeTensor } from '../graph/tensors/reshape-tensor.ts';
import type { Weights } from '../weights/weights.ts';
import { layerNorm } from './layer-norm.ts';
import { transformerBlock } from './transformer-block.ts';
import type { VisionArchitecture } from './vision-architecture.ts';

/**
 * CLIP's vision trunk on a feature map in place of the patch embeddings: class token first, positions, `ln_pre`, blocks.
 * @param feature `[N, width, grid, grid]`
 * @param prompts one token `[N, 1, width]` each for the blocks 1, 2, … (from 0): appended before, dropped after the block.
 * @returns tokens `[N, 1 + grid², width]`, class token first
 */
export function visionTransformer(
  graph: GraphBuilder,
  weights: Weights,
  feature: Value,
  { width, gridSize, blocks }: VisionArchitecture,
  prompts: readonly Value[] = [],
): Value {
  const length = 1 + gridSize ** 2;
  const patches = transpose(graph, reshape(graph, feature, [0, width, -1]), [0, 2, 1]);
  const embedding = reshapeTensor(weights.take('class_embedding', [width]), [1, 1, width]);
  const classToken = graph.weight(weights.nameOf('class_embedding'), embedding);
  const batch = concat(graph, [dimension(graph, feature, 0), graph.ints([1, 1])], 0);
  const tokens = concat(graph, [expand(graph, classToken, batch), patches], 1);
  const positions = graph.weight(
    weights.nameOf('positional_embedding'),
    weights.take('positional_embedding', [length, width]),
  );
  let x = layerNorm(graph, weights.within('ln_pre'), add(graph, tokens, positions), width);
  for (let index = 0; index < blocks; index++) {
    const block = weights.within(`transformer.resblocks.${index}`);
    const prompt = prompts[index - 1];
    if (prompt) {
      const longer = transformerBlock(graph, block, concat(graph, [x, prompt], 1), width);
      x = slice(graph, longer, [0], [length], [1]);
    } else {
      x = transformerBlock(graph, block, x, width);
    }
  }
  return x;
}
