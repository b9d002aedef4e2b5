import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { layerNormalization } from '../graph/operators/arithmetic.ts';
import { cast } from '../graph/operators/layout.ts';
import type { Weights } from '../weights/weights.ts';

const LAYER_NORM_EPSILON = 1e-5;

/** LayerNorm over the last axis, in float32 whatever the graph's type: sums of squares overflow float16. */
export function layerNorm(graph: GraphBuilder, weights: Weights, x: Value, width: number): Value {
  const scale = graph.weight(weights.nameOf('weight'), weights.take('weight', [width]), 'float32');
  const bias = graph.weight(weights.nameOf('bias'), weights.take('bias', [width]), 'float32');
  const normed = layerNormalization(graph, cast(graph, x, 'float32'), scale, bias, LAYER_NORM_EPSILON);
  return cast(graph, normed, x.type);
}
