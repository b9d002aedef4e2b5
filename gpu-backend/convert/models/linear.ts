import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { gemm } from '../graph/operators/arithmetic.ts';
import type { Weights } from '../weights/weights.ts';

/** x `[N, from]` → `[N, to]` */
export function linear(graph: GraphBuilder, weights: Weights, x: Value, from: number, to: number): Value {
  const weight = graph.weight(weights.nameOf('weight'), weights.take('weight', [to, from]));
  const bias = graph.weight(weights.nameOf('bias'), weights.take('bias', [to]));
  return gemm(graph, x, weight, bias);
}
