import type { Graph, Initialiser, Node } from '../graph/graph.ts';
import { float16Initialiser } from '../graph/initialiser.ts';

/** ONNX's TensorProto.DataType. */
const FLOAT32 = 1;

/**
 * Weights that float16 holds exactly are kept so, and cast to float32 before they are used: half the bytes, the same
 * numbers. onnxruntime casts once, as it loads.
 */
export function halfWeights(graph: Graph): Graph {
  const casts: Node[] = [];
  const initialisers = graph.initialisers.map((initialiser): Initialiser => {
    const { name, type, tensor } = initialiser;
    if (type !== 'float32' || !tensor?.isFloat16) return initialiser;
    const half = float16Initialiser(`${name}.float16`, tensor);
    casts.push({
      op: 'Cast',
      name: `${name}.Cast`,
      inputs: [half.name],
      outputs: [name],
      attributes: { to: { int: FLOAT32 } },
    });
    return half;
  });
  return { ...graph, initialisers, nodes: [...casts, ...graph.nodes] };
}
