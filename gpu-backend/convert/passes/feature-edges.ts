import type { Graph, Node } from '../graph/graph.ts';
import { type GraphIndex, indexGraph, intsAttribute } from './graph-index.ts';

/**
 * Edges of the square feature maps in a graph, in pixels, by the names of values, as far as they follow from the sizes
 * that stand in it.
 */
export function featureEdges(graph: Graph): ReadonlyMap<string, number> {
  const index = indexGraph(graph);
  const edges = new Map<string, number>();
  for (const node of graph.nodes) {
    const edge = edgeOf(node, edges, index);
    if (edge !== undefined) edges.set(node.outputs[0] ?? '', edge);
  }
  return edges;
}

function edgeOf(node: Node, edges: ReadonlyMap<string, number>, index: GraphIndex): number | undefined {
  const { op, inputs } = node;
  const known = inputs.flatMap((name) => edges.get(name) ?? []);
  switch (op) {
    case 'Reshape': {
      const [, , height, width, ...others] = index.ints(inputs[1]) ?? [];
      return height === width && others.length === 0 ? height : undefined;
    }
    case 'Unsqueeze':
      return String(index.ints(inputs[1])) === '2,3' ? 1 : undefined;
    case 'Resize':
      return index.ints(inputs[3])?.[0];
    case 'Conv': {
      const [, , kernel] = index.initialiser(inputs[1])?.shape ?? [];
      const [edge] = known;
      const [stride] = intsAttribute(node, 'strides');
      const [before, , after] = intsAttribute(node, 'pads');
      const numbers = [edge, kernel, stride, before, after];
      if (!numbers.every((value) => value !== undefined)) return undefined;
      const [e, k, s, b, a] = numbers as [number, number, number, number, number];
      return Math.floor((e + b + a - k) / s) + 1;
    }
    case 'Add':
    case 'Mul':
    case 'LeakyRelu':
    case 'Relu':
      return known.length > 0 ? Math.max(...known) : undefined;
    default:
      return undefined;
  }
}
