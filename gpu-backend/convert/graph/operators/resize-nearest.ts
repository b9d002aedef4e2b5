import type { Value } from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { gather } from './layout.ts';

/**
 * Nearest neighbour over the last two axes of x `[N, C, from, from]` → `[N, C, to, to]`, exactly as PyTorch's
 * `F.interpolate` has it: source index = ⌊target index · from / to⌋.
 *
 * Resize finds the source by a float32 division, which falls short of a whole pixel for a few sizes (14 → 8): there the
 * rows and columns are picked by index, which is slower. Sizes are given rather than scales, whose product may fall short
 * as well.
 */
export function resizeNearest(graph: GraphBuilder, x: Value, from: number, to: number): Value {
  if (from === to) return x;
  const sources = Array.from({ length: to }, (_, target) => Math.floor((target * from) / to));
  if (sources.some((source, target) => source !== resizeSource(target, from, to))) {
    return gather(graph, gather(graph, x, graph.ints(sources), 2), graph.ints(sources), 3);
  }
  return graph.node('Resize', [x, undefined, undefined, graph.ints([to, to])], x.type, {
    axes: { ints: [2, 3] },
    mode: { string: 'nearest' },
    nearest_mode: { string: 'floor' },
    coordinate_transformation_mode: { string: 'asymmetric' },
  });
}

/** Where onnxruntime's Resize takes a pixel from. */
function resizeSource(target: number, from: number, to: number): number {
  return Math.floor(Math.fround(target / Math.fround(to / from)));
}
