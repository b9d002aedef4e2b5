import type { Graph, Node, Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { add, gemm, matMul, relu } from '../graph/operators/arithmetic.ts';
import { concat, gather, reshape, slice, transpose } from '../graph/operators/layout.ts';
import { concatRows } from '../graph/tensors/concat-rows.ts';
import type { FloatTensor } from '../graph/tensors/float-tensor.ts';
import { reshapeTensor } from '../graph/tensors/reshape-tensor.ts';
import { transposeMatrix } from '../graph/tensors/transpose-matrix.ts';
import { type GraphIndex, indexGraph } from './graph-index.ts';
import { rewriteNodes } from './rewrite-nodes.ts';

/** condition → Gemm → Relu → Gemm → `[N, to, 1, 1]`: γ or β of one affine. */
interface Perceptron {
  readonly condition: string;
  readonly first: Linear;
  readonly second: Linear;
  /** The value that it makes. */
  readonly output: string;
}

interface Linear {
  readonly input: string;
  readonly weight: FloatTensor;
  readonly bias: FloatTensor;
  readonly type: 'float32' | 'float16';
}

/**
 * The two linear layers of all γ and β that one condition gives for one number of channels become one Gemm, whose weight
 * is theirs one below the other, and one batched MatMul. Stages have conditions of their own (`stage_conditions`), so
 * what is stacked is that of one stage.
 */
export function stack(graph: Graph): Graph {
  const groups = new Map<string, Perceptron[]>();
  for (const perceptron of perceptronsOf(graph, indexGraph(graph))) {
    const key = `${perceptron.condition} ${perceptron.first.weight.shape} ${perceptron.second.weight.shape}`;
    groups.set(key, [...(groups.get(key) ?? []), perceptron]);
  }
  const groupOf = new Map(
    [...groups.values()].flatMap((group) => group.map(({ output }) => [output, group] as const)),
  );
  const stacked = new Map<string, Value>();
  return rewriteNodes(graph, 'stack', (node, builder) => {
    const [output = ''] = node.outputs;
    const group = groupOf.get(output);
    if (!group || group.length === 1) return undefined;
    if (!stacked.has(output)) {
      for (const [member, value] of stackGroup(builder, group)) stacked.set(member, value);
    }
    return stacked.get(output);
  });
}

/** All outputs of a group, by name. */
function stackGroup(graph: GraphBuilder, group: readonly Perceptron[]): [string, Value][] {
  const members = group.length;
  const [{ condition, first, second, output }] = group as [Perceptron, ...Perceptron[]];
  const { type } = first;
  const [hidden = 0] = first.weight.shape;
  const [to = 0] = second.weight.shape;
  const weight = (part: string, tensor: FloatTensor): Value =>
    graph.weight(`stack.${output}.${part}`, tensor, type);

  const rows = weight('linear1.weight', concatRows(group.map(({ first }) => first.weight)));
  const bias = weight('linear1.bias', concatRows(group.map(({ first }) => first.bias)));
  const all = relu(graph, gemm(graph, { name: condition, type }, rows, bias));
  const byMember = transpose(graph, reshape(graph, all, [0, members, hidden]), [1, 0, 2]);
  // onnxruntime multiplies a single row another way than several, with other last bits: here there are always several.
  const severalRows = concat(graph, [byMember, slice(graph, byMember, [0], [1], [1])], 1);

  const matrices = concatRows(group.map(({ second }) => transposeMatrix(second.weight)));
  const biases = concatRows(group.map(({ second }) => second.bias));
  const product = matMul(
    graph,
    severalRows,
    weight('linear2.weight', reshapeTensor(matrices, [members, hidden, to])),
  );
  const sums = add(graph, product, weight('linear2.bias', reshapeTensor(biases, [members, 1, to])));
  const maps = reshape(graph, slice(graph, sums, [0], [-1], [1]), [members, -1, to, 1, 1]);
  return group.map(({ output }, member) => [output, gather(graph, maps, graph.int(member), 0)]);
}

function perceptronsOf(graph: Graph, index: GraphIndex): Perceptron[] {
  return graph.nodes.flatMap((node) => {
    if (node.op !== 'Unsqueeze' || String(index.ints(node.inputs[1])) !== '2,3') return [];
    const second = linearOf(index.producer(node.inputs[0]), index);
    const activation = index.producer(second?.input);
    const first = activation?.op === 'Relu' && linearOf(index.producer(activation.inputs[0]), index);
    if (!second || !first) return [];
    return [{ condition: first.input, first, second, output: node.outputs[0] ?? '' }];
  });
}

/** A Gemm as this project writes it: weight `[out, in]`, bias `[out]`. */
function linearOf(node: Node | undefined, index: GraphIndex): Linear | undefined {
  const weight = index.weight(node?.inputs[1]);
  const bias = index.weight(node?.inputs[2]);
  if (node?.op !== 'Gemm' || !weight || !bias) return undefined;
  if (weight.type !== 'float32' && weight.type !== 'float16') return undefined;
  return { input: node.inputs[0] ?? '', weight: weight.tensor, bias: bias.tensor, type: weight.type };
}
