import type { Graph, Node, Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { add, div, matMul, mul } from '../graph/operators/arithmetic.ts';
import { gather, reshape, transpose } from '../graph/operators/layout.ts';
import { reshapeTensor } from '../graph/tensors/reshape-tensor.ts';
import { transposeMatrix } from '../graph/tensors/transpose-matrix.ts';
import { featureEdges } from '../passes/feature-edges.ts';
import { indexGraph, intsAttribute } from '../passes/graph-index.ts';
import { phasesOf } from '../passes/phases.ts';
import { rewriteNodes } from '../passes/rewrite-nodes.ts';
import { MAX_PHASES } from '../passes/sub-pixel.ts';
import { dequantizeLinear, quantisedConv, quantizeLinear } from './quantised-operators.ts';
import { quantisedPolyphaseConv } from './quantised-polyphase-conv.ts';
import { isPointwise, operandOf, quantisedConvs } from './quantised-values.ts';
import { quantiseWeights } from './quantised-weights.ts';
import type { Ranges } from './ranges.ts';
import { inputScales, outputScales, type Scales } from './scales.ts';

/** What stays float between the convolutions, with channels last as they have them. */
const BETWEEN = new Set(['Add', 'Mul', 'LeakyRelu', 'Resize']);
const TO_CHANNELS_LAST = [0, 2, 3, 1];
const TO_CHANNELS_FIRST = [0, 3, 1, 2];

/** A map in bytes. */
interface ByteMap {
  readonly value: Value;
  readonly scales: Scales;
}

/**
 * The convolutions that `quantisedConvs` names in eight bits, everything around them in float32. Scales stand in the
 * graph, so that a picture does not depend on those that it shares a batch with.
 * @param graph hoisted
 * @param ranges of all values that `quantisedValues` names.
 */
export function quantise(graph: Graph, ranges: ReadonlyMap<string, Ranges>): Graph {
  const index = indexGraph(graph);
  const edges = featureEdges(graph);
  const convs = quantisedConvs(graph);
  const channelsLast = new Map<string, Value>();
  const bytes = new Map<string, ByteMap>();
  const perChannel = new Map<string, Value>();

  function rangesOf(name: string): Ranges {
    const found = ranges.get(name);
    if (!found) throw new Error(`value ${name} was not observed`);
    return found;
  }

  function last(builder: GraphBuilder, name: string): Value {
    return remember(channelsLast, name, () =>
      transpose(builder, { name, type: 'float32' }, TO_CHANNELS_LAST),
    );
  }

  /** The other operand of an affine: `[N, C, 1, 1]`, or no dimensions at all. */
  function operand(builder: GraphBuilder, name: string): Value {
    if (channelsLast.has(name) || (edges.get(name) ?? 1) > 1) return last(builder, name);
    if (index.initialiser(name)) return { name, type: 'float32' };
    return remember(perChannel, name, () => reshape(builder, { name, type: 'float32' }, [0, 1, 1, -1]));
  }

  /**
   * Each channel is divided by its own scale before it is rounded. LeakyReLU lets a factor above zero pass, so where the
   * map is one of an affine, its γ and β are divided in its place; any other map has one scale for all channels.
   */
  function byteMap(builder: GraphBuilder, name: string): ByteMap {
    return remember(bytes, name, () => {
      const activation = index.producer(name);
      const sum = index.producer(activation?.inputs[0]);
      const product = index.producer(sum?.inputs[0]);
      const isAffine = activation?.op === 'LeakyRelu' && sum?.op === 'Add' && product?.op === 'Mul';
      const scales = inputScales(rangesOf(name), !isAffine);
      const [zeroPoint = 0] = scales.zeroPoint;
      const [scale = 1] = scales.scale;
      if (!isAffine) return { scales, value: quantizeLinear(builder, last(builder, name), scale, zeroPoint) };
      const factor = channelConstant(builder, `${name}.scale`, scales.scale);
      const gamma = div(builder, operand(builder, product.inputs[1] ?? ''), factor);
      const beta = div(builder, operand(builder, sum.inputs[1] ?? ''), factor);
      const affine = add(builder, mul(builder, last(builder, product.inputs[0] ?? ''), gamma), beta);
      const active = builder.node('LeakyRelu', [affine], 'float32', activation.attributes);
      return { scales, value: quantizeLinear(builder, active, 1, zeroPoint) };
    });
  }

  function convolve(builder: GraphBuilder, node: Node): Value {
    const [output = ''] = node.outputs;
    const { source, enlargedTo } = operandOf(node, index);
    const { value: x, scales: input } = byteMap(builder, source);
    const scales = outputScales(rangesOf(output));
    const constants = { ...weightsOf(node), input, output: scales };
    const from = edges.get(source) ?? 0;
    let made: Value;
    if (enlargedTo !== undefined && phasesOf(from, enlargedTo).phases.length <= MAX_PHASES) {
      made = quantisedPolyphaseConv(builder, x, { ...constants, from, to: enlargedTo });
    } else {
      const enlarged = enlargedTo === undefined ? x : enlarge(builder, x, from, enlargedTo);
      const [above = 0, left = 0, below = 0, right = 0] = intsAttribute(node, 'pads');
      made = quantisedConv(builder, enlarged, {
        weights: quantiseWeights(constants),
        zeroPoint: input.zeroPoint[0] ?? 0,
        stride: 1,
        padding: [above, left, below, right],
      });
    }
    const factor = channelConstant(builder, `${output}.scale`, scales.scale);
    const zeros = scales.scale.map((scale, channel) => -scale * (scales.zeroPoint[channel] as number));
    const offset = channelConstant(builder, `${output}.offset`, zeros);
    return add(builder, mul(builder, dequantizeLinear(builder, made), factor), offset);
  }

  function weightsOf({ name, inputs }: Node) {
    const [weight, bias] = [index.weight(inputs[1]), index.weight(inputs[2])];
    if (!weight || !bias) throw new Error(`convolution ${name} has no constant weight and bias`);
    return { name: weight.name, weight: weight.tensor, bias: bias.tensor };
  }

  /** A 1×1 convolution is a product of matrices where channels are last. */
  function pointwise(builder: GraphBuilder, node: Node): Value {
    const { name, weight, bias } = weightsOf(node);
    const matrix = transposeMatrix(reshapeTensor(weight, weight.shape.slice(0, 2)));
    const product = matMul(
      builder,
      last(builder, node.inputs[0] ?? ''),
      builder.weight(`${name}.matrix`, matrix),
    );
    return add(builder, product, builder.weight(`${name}.matrix.bias`, bias));
  }

  function between(builder: GraphBuilder, node: Node): Value {
    const [first = ''] = node.inputs;
    const [output = ''] = node.outputs;
    if (node.op === 'Resize') {
      return enlarge(builder, last(builder, first), edges.get(first) ?? 0, edges.get(output) ?? 0);
    }
    const inputs = node.inputs.map((name) => operand(builder, name));
    return builder.node(node.op, inputs, 'float32', node.attributes);
  }

  return rewriteNodes(graph, 'int8', (node, builder) => {
    const [output = ''] = node.outputs;
    const isDownstream = node.inputs.some((name) => channelsLast.has(name));
    if (convs.has(output)) channelsLast.set(output, convolve(builder, node));
    else if (isDownstream && isPointwise(node, index)) channelsLast.set(output, pointwise(builder, node));
    else if (isDownstream && BETWEEN.has(node.op)) channelsLast.set(output, between(builder, node));
    else return undefined;
    // For whatever wants channels first; without use it goes.
    return transpose(builder, last(builder, output), TO_CHANNELS_FIRST);
  });
}

/** Nearest neighbour of `[N, from, from, C]`: rows and columns are runs of memory, which Gather copies. */
function enlarge(graph: GraphBuilder, x: Value, from: number, to: number): Value {
  const sources = graph.ints(Array.from({ length: to }, (_, target) => Math.floor((target * from) / to)));
  return gather(graph, gather(graph, x, sources, 2), sources, 1);
}

function channelConstant(graph: GraphBuilder, name: string, values: Float32Array): Value {
  return graph.weight(name, { shape: [1, 1, 1, values.length], read: () => new Float32Array(values) });
}

function remember<T>(values: Map<string, T>, name: string, make: () => T): T {
  const value = values.get(name) ?? make();
  values.set(name, value);
  return value;
}
