import type { Graph, Initialiser, Node } from '../graph/graph.ts';
import type { FloatTensor } from '../graph/tensors/float-tensor.ts';

/** Where the values of a graph come from. */
export interface GraphIndex {
  /** The node that makes a value. */
  producer(name: string | undefined): Node | undefined;
  initialiser(name: string | undefined): Initialiser | undefined;
  /** The elements of a constant list of integers. */
  ints(name: string | undefined): readonly number[] | undefined;
  /** A float constant and its tensor. */
  weight(name: string | undefined): (Initialiser & { readonly tensor: FloatTensor }) | undefined;
}

export function indexGraph({ nodes, initialisers }: Graph): GraphIndex {
  const producers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const constants = new Map(initialisers.map((initialiser) => [initialiser.name, initialiser]));
  const index: GraphIndex = {
    producer: (name = '') => producers.get(name),
    initialiser: (name = '') => constants.get(name),
    ints(name) {
      const constant = index.initialiser(name);
      if (constant?.type !== 'int64') return undefined;
      const { buffer, byteOffset, byteLength } = constant.read();
      return Array.from(new BigInt64Array(buffer, byteOffset, byteLength / 8), Number);
    },
    weight(name) {
      const constant = index.initialiser(name);
      return constant?.tensor && { ...constant, tensor: constant.tensor };
    },
  };
  return index;
}

/** An attribute that is a list of integers; empty where there is none. */
export function intsAttribute({ attributes }: Node, name: string): readonly number[] {
  const attribute = attributes[name];
  return attribute && 'ints' in attribute ? attribute.ints : [];
}
