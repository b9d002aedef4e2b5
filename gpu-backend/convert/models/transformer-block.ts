import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { add, matMul, mul, sigmoid, softmax } from '../graph/operators/arithmetic.ts';
import { cast, reshape, split, transpose } from '../graph/operators/layout.ts';
import { transposeMatrix } from '../graph/tensors/transpose-matrix.ts';
import type { Weights } from '../weights/weights.ts';
import { HEAD_WIDTH } from './attention-heads.ts';
import { layerNorm } from './layer-norm.ts';

/** QuickGELU: x · σ(1.702 x). */
const QUICK_GELU_SLOPE = 1.702;

/**
 * CLIP's pre-norm residual attention block on x `[N, L, width]`.
 * @param mask float32, added to the scores `[N, heads, L, L]` before the softmax.
 */
export function transformerBlock(
  graph: GraphBuilder,
  weights: Weights,
  x: Value,
  width: number,
  mask?: Value,
): Value {
  const normed = layerNorm(graph, weights.within('ln_1'), x, width);
  const attended = add(graph, x, attention(graph, weights.within('attn'), normed, width, mask));
  const normedAgain = layerNorm(graph, weights.within('ln_2'), attended, width);
  return add(graph, attended, perceptron(graph, weights.within('mlp'), normedAgain, width));
}

function attention(
  graph: GraphBuilder,
  weights: Weights,
  x: Value,
  width: number,
  mask: Value | undefined,
): Value {
  const heads = width / HEAD_WIDTH;
  const projected = linear(graph, weights, x, {
    weight: 'in_proj_weight',
    bias: 'in_proj_bias',
    from: width,
    to: 3 * width,
  });
  const [q, k, v] = split(graph, projected, 3, 2).map((part) =>
    reshape(graph, part, [0, 0, heads, HEAD_WIDTH]),
  ) as [Value, Value, Value];
  const scaled = mul(graph, q, graph.scalar(1 / Math.sqrt(HEAD_WIDTH)));
  const queries = transpose(graph, scaled, [0, 2, 1, 3]);
  const keys = transpose(graph, k, [0, 2, 3, 1]);
  const values = transpose(graph, v, [0, 2, 1, 3]);
  const scores = cast(graph, matMul(graph, queries, keys), 'float32');
  const shares = softmax(graph, mask ? add(graph, scores, mask) : scores);
  const mixed = matMul(graph, cast(graph, shares, x.type), values);
  const joined = reshape(graph, transpose(graph, mixed, [0, 2, 1, 3]), [0, 0, width]);
  return linear(graph, weights, joined, {
    weight: 'out_proj.weight',
    bias: 'out_proj.bias',
    from: width,
    to: width,
  });
}

function perceptron(graph: GraphBuilder, weights: Weights, x: Value, width: number): Value {
  const [hidden] = weights.shape('c_fc.weight', ['hidden', 'width']);
  const inner = linear(graph, weights, x, {
    weight: 'c_fc.weight',
    bias: 'c_fc.bias',
    from: width,
    to: hidden,
  });
  const gate = sigmoid(graph, mul(graph, inner, graph.scalar(QUICK_GELU_SLOPE)));
  return linear(graph, weights, mul(graph, inner, gate), {
    weight: 'c_proj.weight',
    bias: 'c_proj.bias',
    from: hidden,
    to: width,
  });
}

interface LinearOptions {
  readonly weight: string;
  readonly bias: string;
  readonly from: number;
  readonly to: number;
}

/** x `[N, L, from]` → `[N, L, to]`; the weight is stored transposed, as MatMul wants it. */
function linear(
  graph: GraphBuilder,
  weights: Weights,
  x: Value,
  { weight, bias, from, to }: LinearOptions,
): Value {
  const matrix = transposeMatrix(weights.take(weight, [to, from]));
  const product = matMul(graph, x, graph.weight(weights.nameOf(weight), matrix));
  return add(graph, product, graph.weight(weights.nameOf(bias), weights.take(bias, [to])));
}
