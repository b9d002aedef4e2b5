import type { Graph, Node } from '../graph/graph.ts';
import { featureEdges } from '../passes/feature-edges.ts';
import { type GraphIndex, indexGraph } from '../passes/graph-index.ts';

/**
 * Edge of the smallest maps in eight bits. Those before are a twentieth of the products at full size, and an error there is
 * an error of everything after: of emoji-v0's loss they made most.
 */
const MIN_EDGE = 32;

/**
 * Names of the convolutions that are computed in eight bits, by their output: the 3×3 ones of the GBlocks' larger maps, and
 * the last. The GBlocks' 1×1 ones carry the picture itself on and cost little.
 */
export function quantisedConvs(graph: Graph): ReadonlySet<string> {
  const index = indexGraph(graph);
  const edges = featureEdges(graph);
  const outputs = graph.nodes.flatMap((node) => {
    const [output = ''] = node.outputs;
    const isOfGBlocks = /^(?:GBlocks|to_rgb)\./u.test(node.inputs[1] ?? '');
    const isLarge = (edges.get(output) ?? 0) >= MIN_EDGE;
    return node.op === 'Conv' && isOfGBlocks && isLarge && !isPointwise(node, index) ? [output] : [];
  });
  return new Set(outputs);
}

/** A 1×1 convolution. */
export function isPointwise({ op, inputs }: Node, index: GraphIndex): boolean {
  return op === 'Conv' && String(index.initialiser(inputs[1])?.shape.slice(2)) === '1,1';
}

/** What a convolution reads: a value, or one that a Resize enlarges. */
export function operandOf(
  { inputs: [x = ''] }: Node,
  index: GraphIndex,
): { readonly source: string; readonly enlargedTo?: number } {
  const resize = index.producer(x);
  if (resize?.op !== 'Resize') return { source: x };
  const [enlargedTo = 0] = index.ints(resize.inputs[3]) ?? [];
  return { source: resize.inputs[0] ?? '', enlargedTo };
}

/** Names of the maps that need scales: what those convolutions read and make. */
export function quantisedValues(graph: Graph): readonly string[] {
  const index = indexGraph(graph);
  const convs = quantisedConvs(graph);
  const names = graph.nodes
    .filter(({ outputs: [output = ''] }) => convs.has(output))
    .flatMap((node) => [operandOf(node, index).source, node.outputs[0] ?? '']);
  return [...new Set(names)];
}
