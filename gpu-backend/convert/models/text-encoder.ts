import type { Graph } from '../graph/graph.ts';
import { createGraphBuilder, type FloatType } from '../graph/graph-builder.ts';
import { add, matMul } from '../graph/operators/arithmetic.ts';
import { argMax, concat, dimension, gather, gatherOneOfEach, slice } from '../graph/operators/layout.ts';
import type { FloatTensor } from '../graph/tensors/float-tensor.ts';
import type { Weights } from '../weights/weights.ts';
import { layerNorm } from './layer-norm.ts';
import { readTextArchitecture } from './text-architecture.ts';
import { transformerBlock } from './transformer-block.ts';

/**
 * CLIP's text encoder: `token_ids` int64 `[batch, sequence]`, sequence ≤ the context → `sentence` float32 `[batch, d]`,
 * not normalised, read at the end token (the first of the highest ids). Nothing after it matters, as the mask is causal:
 * rows may be cut to the longest prompt of a batch.
 * @throws CheckpointError
 */
export function buildTextEncoder(weights: Weights, floatType: FloatType): Graph {
  const { contextLength, vocabSize, width, blocks, sentenceDim } = readTextArchitecture(weights);
  const graph = createGraphBuilder('text-encoder', floatType);

  const tokenIds = graph.input('token_ids', 'int64', ['batch', 'sequence']);
  const length = dimension(graph, tokenIds, 1);
  const vocabulary = graph.weight(
    weights.nameOf('token_embedding.weight'),
    weights.take('token_embedding.weight', [vocabSize, width]),
  );
  const allPositions = graph.weight(
    weights.nameOf('positional_embedding'),
    weights.take('positional_embedding', [contextLength, width]),
  );
  const wholeMask = graph.weight('causal_mask', causalMask(contextLength), 'float32');
  const positions = slice(graph, allPositions, [0], length, [0]);
  const mask = slice(graph, wholeMask, [0, 0], concat(graph, [length, length], 0), [0, 1]);

  let x = add(graph, gather(graph, vocabulary, tokenIds, 0), positions);
  for (let index = 0; index < blocks; index++) {
    x = transformerBlock(graph, weights.within(`transformer.resblocks.${index}`), x, width, mask);
  }
  const atEndToken = gatherOneOfEach(graph, x, argMax(graph, tokenIds, 1));
  const normed = layerNorm(graph, weights.within('ln_final'), atEndToken, width);
  const projection = graph.weight(
    weights.nameOf('text_projection'),
    weights.take('text_projection', [width, sentenceDim]),
  );
  graph.output('sentence', matMul(graph, normed, projection), ['batch', sentenceDim]);
  return graph.build();
}

/** 0 on and below the diagonal, −∞ above: a token sees none of those after it. */
function causalMask(length: number): FloatTensor {
  return {
    shape: [length, length],
    read: () =>
      Float32Array.from({ length: length ** 2 }, (_, at) =>
        at % length > Math.floor(at / length) ? Number.NEGATIVE_INFINITY : 0,
      ),
  };
}
