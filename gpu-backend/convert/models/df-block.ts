import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { add, leakyRelu, mul, relu } from '../graph/operators/arithmetic.ts';
import { unsqueeze } from '../graph/operators/layout.ts';
import type { Weights } from '../weights/weights.ts';
import { linear } from './linear.ts';

/** Slope of every LeakyReLU of the generator below zero. */
export const LEAKY_SLOPE = 0.2;

/**
 * DFBLK: two conditioned affines, each followed by a LeakyReLU.
 * @param x `[N, channels, H, W]`
 * @param condition `[N, conditionDim]`
 */
export function dfBlock(
  graph: GraphBuilder,
  weights: Weights,
  x: Value,
  condition: Value,
  sizes: AffineSizes,
): Value {
  const first = affine(graph, weights.within('affine0'), x, condition, sizes);
  const second = affine(
    graph,
    weights.within('affine1'),
    leakyRelu(graph, first, LEAKY_SLOPE),
    condition,
    sizes,
  );
  return leakyRelu(graph, second, LEAKY_SLOPE);
}

export interface AffineSizes {
  readonly channels: number;
  readonly conditionDim: number;
}

/** γ(condition) · x + β(condition), one γ and β a channel. */
function affine(
  graph: GraphBuilder,
  weights: Weights,
  x: Value,
  condition: Value,
  sizes: AffineSizes,
): Value {
  const gamma = perceptron(graph, weights.within('fc_gamma'), condition, sizes);
  const beta = perceptron(graph, weights.within('fc_beta'), condition, sizes);
  return add(graph, mul(graph, x, gamma), beta);
}

/** condition → `[N, channels, 1, 1]` */
function perceptron(graph: GraphBuilder, weights: Weights, condition: Value, sizes: AffineSizes): Value {
  const { channels, conditionDim } = sizes;
  const hidden = relu(graph, linear(graph, weights.within('linear1'), condition, conditionDim, channels));
  return unsqueeze(graph, linear(graph, weights.within('linear2'), hidden, channels, channels), [2, 3]);
}
