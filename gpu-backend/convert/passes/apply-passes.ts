import type { Graph } from '../graph/graph.ts';
import { hoist } from './hoist.ts';
import { stack } from './stack.ts';
import { subPixel } from './sub-pixel.ts';

export type PassName = 'hoist' | 'sub-pixel' | 'stack';

/** In the order in which they are applied: work that is hoisted leaves Resize and convolution side by side. */
const PASSES: Readonly<Record<PassName, (graph: Graph) => Graph>> = { hoist, 'sub-pixel': subPixel, stack };

export const PASS_NAMES = Object.keys(PASSES) as readonly PassName[];

/** Applies those that are named, in their own order; none of them changes what the graph computes. */
export function applyPasses(graph: Graph, names: readonly PassName[]): Graph {
  return PASS_NAMES.filter((name) => names.includes(name)).reduce(
    (rewritten, name) => PASSES[name](rewritten),
    graph,
  );
}
