import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { conv } from '../graph/operators/arithmetic.ts';
import type { Weights } from '../weights/weights.ts';

export interface ConvolutionSizes {
  readonly from: number;
  readonly to: number;
  /** Edge of the kernel; odd, so that the picture keeps its size. */
  readonly kernel: number;
}

/** x `[N, from, H, W]` → `[N, to, H, W]` */
export function convolution(
  graph: GraphBuilder,
  weights: Weights,
  x: Value,
  { from, to, kernel }: ConvolutionSizes,
): Value {
  const weight = graph.weight(weights.nameOf('weight'), weights.take('weight', [to, from, kernel, kernel]));
  const bias = graph.weight(weights.nameOf('bias'), weights.take('bias', [to]));
  return conv(graph, x, weight, bias, { padding: (kernel - 1) / 2 });
}
