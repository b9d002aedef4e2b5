import type { Graph, Node } from '../graph/graph.ts';

/** The graph without nodes and constants that no output depends on. */
export function removeUnused(graph: Graph): Graph {
  const used = new Set(graph.outputs.map(({ name }) => name));
  const nodes: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => used.has(name))) continue;
    for (const name of node.inputs) used.add(name);
    nodes.push(node);
  }
  return {
    ...graph,
    nodes: nodes.reverse(),
    initialisers: graph.initialisers.filter(({ name }) => used.has(name)),
  };
}
