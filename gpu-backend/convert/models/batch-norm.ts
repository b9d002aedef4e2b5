import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { batchNormalization } from '../graph/operators/arithmetic.ts';
import { cast } from '../graph/operators/layout.ts';
import type { Weights } from '../weights/weights.ts';

const BATCH_NORM_EPSILON = 1e-5;

/** BatchNorm by what training found, x `[N, channels, H, W]`; in float32 whatever the graph's type, as layerNorm. */
export function batchNorm(graph: GraphBuilder, weights: Weights, x: Value, channels: number): Value {
  const take = (name: string): Value =>
    graph.weight(weights.nameOf(name), weights.take(name, [channels]), 'float32');
  const normed = batchNormalization(
    graph,
    cast(graph, x, 'float32'),
    {
      scale: take('weight'),
      bias: take('bias'),
      mean: take('running_mean'),
      variance: take('running_var'),
    },
    BATCH_NORM_EPSILON,
  );
  return cast(graph, normed, x.type);
}
