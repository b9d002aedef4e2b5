import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { add } from '../graph/operators/arithmetic.ts';
import { resizeNearest } from '../graph/operators/resize-nearest.ts';
import type { Weights } from '../weights/weights.ts';
import { convolution } from './convolution.ts';
import { dfBlock } from './df-block.ts';
import type { GBlockArchitecture } from './generator-architecture.ts';

/**
 * G_Block: nearest resize, then DFBLK → conv → DFBLK → conv beside a shortcut.
 * @param x `[N, from, previousSize, previousSize]`
 * @param condition `[N, conditionDim]`
 * @returns `[N, to, size, size]`
 */
export function gBlock(
  graph: GraphBuilder,
  weights: Weights,
  x: Value,
  condition: Value,
  {
    from,
    to,
    size,
    previousSize,
    conditionDim,
  }: GBlockArchitecture & { previousSize: number; conditionDim: number },
): Value {
  const resized = resizeNearest(graph, x, previousSize, size);
  const fused = dfBlock(graph, weights.within('fuse1'), resized, condition, { channels: from, conditionDim });
  const first = convolution(graph, weights.within('c1'), fused, { from, to, kernel: 3 });
  const fusedAgain = dfBlock(graph, weights.within('fuse2'), first, condition, {
    channels: to,
    conditionDim,
  });
  const residual = convolution(graph, weights.within('c2'), fusedAgain, { from: to, to, kernel: 3 });
  const shortcut =
    from === to && !weights.has('c_sc.weight')
      ? resized
      : convolution(graph, weights.within('c_sc'), resized, { from, to, kernel: 1 });
  return add(graph, shortcut, residual);
}
