import type { Graph, Initialiser, Node } from '../graph/graph.ts';
import { float16Initialiser } from '../graph/initialiser.ts';

/** ONNX's TensorProto.DataType. */
const FLOAT32 = 1;

/**
 * Weights that float16 holds exactly are kept so, and cast to float32 before they are used: half the bytes, the same
 * numbers. onnxruntime casts once, as it loads.
 * @param rounded kernels and matrices that float16 does not hold exactly are rounded to it and kept so too.
 */
export function halfWeights(graph: Graph, rounded = false): Graph {
  const casts: Node[] = [];
  const initialisers = graph.initialisers.map((initialiser): Initialiser => {
    const { name, type, shape, tensor } = initialiser;
    if (type !== 'float32' || tensor === undefined) return initialiser;
    if (!tensor.isFloat16 && !(rounded && shape.length > 1)) return initialiser;
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
