import type { Graph, Node } from '../graph/graph.ts';
import { type GraphIndex, indexGraph, intsAttribute } from './graph-index.ts';
import { removeUnused } from './remove-unused.ts';

/** What takes one map and works on each element alone. */
const UNARY = new Set(['LeakyRelu', 'Relu', 'Sigmoid']);
const BINARY = new Set(['Add', 'Sub', 'Mul', 'Div']);

/** A value that is a small one enlarged. */
interface Enlarged {
  readonly small: string;
  readonly resize: Node;
}

/**
 * Work on each pixel alone (activations, affines of one γ and β a channel, 1×1 convolutions) moves before the nearest
 * Resize that it follows: the same numbers, computed once for each pixel that is copied.
 */
export function hoist(graph: Graph): Graph {
  const index = indexGraph(graph);
  const enlarged = new Map<string, Enlarged>();
  const materialised = new Set<string>();
  const nodes: Node[] = [];

  /** Enlarges a value that something else than work on single pixels asks for. */
  function materialise(name: string): void {
    const value = enlarged.get(name);
    if (!value || materialised.has(name)) return;
    materialised.add(name);
    const { small, resize } = value;
    nodes.push({
      ...resize,
      name: `${name}.Resize`,
      inputs: [small, ...resize.inputs.slice(1)],
      outputs: [name],
    });
  }

  for (const node of graph.nodes) {
    const [output = ''] = node.outputs;
    const [first = ''] = node.inputs;
    if (isNearest(node)) {
      materialise(first);
      enlarged.set(output, { small: first, resize: node });
      continue;
    }
    const operand = node.inputs.find((name) => enlarged.has(name));
    const value = enlarged.get(operand ?? '');
    if (operand !== undefined && value && isPixelwise(node, operand, index)) {
      const small = `${output}.small`;
      const inputs = node.inputs.map((name) => (name === operand ? value.small : name));
      nodes.push({ ...node, inputs, outputs: [small] });
      enlarged.set(output, { small, resize: value.resize });
      continue;
    }
    for (const name of node.inputs) materialise(name);
    nodes.push(node);
  }
  return removeUnused({ ...graph, nodes });
}

function isNearest({ op, attributes }: Node): boolean {
  const mode = attributes.mode;
  return op === 'Resize' && mode !== undefined && 'string' in mode && mode.string === 'nearest';
}

function isPixelwise(node: Node, operand: string, index: GraphIndex): boolean {
  const { op, inputs } = node;
  if (UNARY.has(op)) return true;
  if (BINARY.has(op)) {
    return inputs.every((name) => name === operand || isSameForAllPixels(name, index));
  }
  if (op !== 'Conv' || inputs[0] !== operand) return false;
  const [, , ...kernel] = index.initialiser(inputs[1])?.shape ?? [];
  const isOfOnePixel = kernel.length === 2 && kernel.every((length) => length === 1);
  return (
    isOfOnePixel &&
    intsAttribute(node, 'strides').every((stride) => stride === 1) &&
    intsAttribute(node, 'pads').every((pad) => pad === 0)
  );
}

/** `[N, C, 1, 1]`, or no dimensions at all. */
function isSameForAllPixels(name: string, index: GraphIndex): boolean {
  const constant = index.initialiser(name);
  if (constant) return constant.shape.slice(-2).every((length) => length === 1);
  const producer = index.producer(name);
  return producer?.op === 'Unsqueeze' && String(index.ints(producer.inputs[1])) === '2,3';
}
