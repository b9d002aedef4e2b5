import type { Graph, Node, Value } from '../graph/graph.ts';
import { createGraphBuilder, type GraphBuilder } from '../graph/graph-builder.ts';
import { removeUnused } from './remove-unused.ts';

/** Nodes to put in place of one node: what they make stands for its output. Undefined keeps the node. */
export type Rewrite = (node: Node, builder: GraphBuilder) => Value | undefined;

/**
 * A copy of the graph in which some nodes of one output are replaced; what is then without use is gone.
 * @param pass begins the names of new nodes.
 */
export function rewriteNodes(graph: Graph, pass: string, rewrite: Rewrite): Graph {
  // New weights name their type; no pass adds scalars, which would take the builder's.
  const builder = createGraphBuilder(graph.name, 'float32', { graph, prefix: `${pass}.` });
  const replaced = new Map<string, string>();
  for (const node of graph.nodes) {
    const value = rewrite(node, builder);
    if (value) replaced.set(node.outputs[0] ?? '', value.name);
    else builder.append(node);
  }
  const rewritten = builder.build();
  const nodes = rewritten.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((name) => replaced.get(name) ?? name),
  }));
  return removeUnused({ ...rewritten, nodes });
}
