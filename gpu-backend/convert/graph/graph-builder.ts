import type {
  Attribute,
  Dimension,
  ElementType,
  Graph,
  Initialiser,
  Node,
  Terminal,
  Value,
} from './graph.ts';
import { float16Initialiser, float32Initialiser, int64Initialiser } from './initialiser.ts';
import type { FloatTensor } from './tensors/float-tensor.ts';

/** Type in which a graph keeps its weights and computes; its inputs and outputs are float32 always. */
export type FloatType = 'float32' | 'float16';

/** Collects nodes and constants; the operators (`operators/`) add to it, `build` gives the immutable graph. */
export interface GraphBuilder {
  readonly floatType: FloatType;
  input(name: string, type: ElementType, shape: readonly Dimension[]): Value;
  /** Makes `value` an output of the graph; float16 becomes float32. */
  output(name: string, value: Value, shape: readonly Dimension[]): void;
  /** A weight in the graph's float type, or in `type`. */
  weight(name: string, tensor: FloatTensor, type?: FloatType): Value;
  /** A float constant without dimensions, in the graph's float type. */
  scalar(value: number): Value;
  /** Any constant, unless one of its name is there. */
  constant(initialiser: Initialiser): Value;
  /** A list of integers; equal lists are one constant. */
  ints(values: readonly number[]): Value;
  /** An integer without dimensions. */
  int(value: number): Value;
  /** Adds a node with one output of type `type`. */
  node(op: string, inputs: readonly (Value | undefined)[], type: ElementType, attributes?: Attributes): Value;
  /** Adds a node with `count` outputs of type `type`. */
  nodes(
    op: string,
    inputs: readonly (Value | undefined)[],
    type: ElementType,
    count: number,
    attributes?: Attributes,
  ): Value[];
  /** Adds a node as it is. */
  append(node: Node): void;
  build(): Graph;
}

/** What a graph is continued from. */
export interface GraphStart {
  readonly graph: Omit<Graph, 'nodes'>;
  /** Begins the names of new nodes, so that they are none that the graph has. */
  readonly prefix: string;
}

type Attributes = Readonly<Record<string, Attribute>>;

const NOTHING: GraphStart = { graph: { name: '', inputs: [], outputs: [], initialisers: [] }, prefix: '' };

/**
 * @param name of the graph, seen in tools alone.
 * @param start inputs, outputs and constants that are there already; none if not given.
 */
export function createGraphBuilder(
  name: string,
  floatType: FloatType,
  { graph, prefix }: GraphStart = NOTHING,
): GraphBuilder {
  const inputs: Terminal[] = [...graph.inputs];
  const outputs: Terminal[] = [...graph.outputs];
  const initialisers = new Map(graph.initialisers.map((initialiser) => [initialiser.name, initialiser]));
  const nodes: Node[] = [];

  /** Constants are named by what they are, so that equal ones are one. */
  function constant(initialiser: Initialiser): Value {
    const { name, type } = initialisers.get(initialiser.name) ?? initialiser;
    if (!initialisers.has(name)) initialisers.set(name, initialiser);
    return { name, type };
  }

  const builder: GraphBuilder = {
    floatType,
    input(name, type, shape) {
      inputs.push({ name, type, shape });
      return { name, type };
    },
    output(name, value, shape) {
      const type = value.type === 'float16' ? 'float32' : value.type;
      const [op, attributes] = type === value.type ? ['Identity', {}] : ['Cast', { to: { int: 1 } }];
      nodes.push({ op, name: `${name}.${op}`, inputs: [value.name], outputs: [name], attributes });
      outputs.push({ name, type, shape });
    },
    weight(name, tensor, type = floatType) {
      if (initialisers.has(name)) throw new Error(`weight ${name} stands twice in the graph`);
      return constant((type === 'float16' ? float16Initialiser : float32Initialiser)(name, tensor));
    },
    constant,
    scalar(value) {
      const tensor: FloatTensor = { shape: [], read: () => Float32Array.of(value) };
      const initialiser = floatType === 'float16' ? float16Initialiser : float32Initialiser;
      return constant(initialiser(`scalar.${value}`, tensor));
    },
    ints: (values) => constant(int64Initialiser(`ints.${values.join('_')}`, [values.length], values)),
    int: (value) => constant(int64Initialiser(`int.${value}`, [], [value])),
    node(op, values, type, attributes) {
      return builder.nodes(op, values, type, 1, attributes)[0] as Value;
    },
    nodes(op, values, type, count, attributes = {}) {
      const name = `${prefix}${op}.${nodes.length}`;
      const made = Array.from({ length: count }, (_, index) => (count === 1 ? name : `${name}.${index}`));
      nodes.push({ op, name, inputs: values.map((value) => value?.name ?? ''), outputs: made, attributes });
      return made.map((name) => ({ name, type }));
    },
    append: (node) => void nodes.push(node),
    build: () => ({
      name,
      inputs: [...inputs],
      outputs: [...outputs],
      initialisers: [...initialisers.values()],
      nodes: [...nodes],
    }),
  };
  return builder;
}
