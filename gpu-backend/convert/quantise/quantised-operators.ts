import type { Initialiser, Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { QuantisedWeights } from './quantised-weights.ts';

function floatScalar(graph: GraphBuilder, value: number): Value {
  const read = (): Uint8Array => new Uint8Array(Float32Array.of(value).buffer);
  return graph.constant({ name: `scale.${value}`, type: 'float32', shape: [], read });
}

function byteScalar(graph: GraphBuilder, value: number): Value {
  const byte: Initialiser = {
    name: `uint8.${value}`,
    type: 'uint8',
    shape: [],
    read: () => Uint8Array.of(value),
  };
  return graph.constant(byte);
}

/** ⌊x / scale⌉ + zero point as bytes. */
export function quantizeLinear(graph: GraphBuilder, x: Value, scale: number, zeroPoint: number): Value {
  return graph.node('QuantizeLinear', [x, floatScalar(graph, scale), byteScalar(graph, zeroPoint)], 'uint8');
}

/** Bytes as floats. */
export function dequantizeLinear(graph: GraphBuilder, x: Value): Value {
  return graph.node('DequantizeLinear', [x, floatScalar(graph, 1), byteScalar(graph, 0)], 'float32');
}

export interface QuantisedConvOptions {
  readonly weights: QuantisedWeights;
  /** The byte that is zero, which borders are made of. */
  readonly zeroPoint: number;
  readonly stride: number;
  /** Zeros above, left, below and right. */
  readonly padding: readonly [number, number, number, number];
}

/**
 * x uint8 `[N, H, W, in]`, weight `[out, in, h, w]` → uint8 `[N, H', W', out]`: onnxruntime's own form of QLinearConv, as
 * ONNX's has channels first, which takes half as long again.
 * @see https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.QLinearConv
 */
export function quantisedConv(
  graph: GraphBuilder,
  x: Value,
  { weights, zeroPoint, stride, padding }: QuantisedConvOptions,
): Value {
  const inputs = [
    ...[x, floatScalar(graph, 1), byteScalar(graph, zeroPoint)],
    ...[weights.weight, weights.scale, weights.zeroPoint].map((constant) => graph.constant(constant)),
    ...[floatScalar(graph, 1), byteScalar(graph, 0)],
    graph.constant(weights.bias),
  ];
  const name = `${weights.weight.name}.QLinearConv`;
  graph.append({
    op: 'QLinearConv',
    domain: 'com.microsoft',
    name,
    inputs: inputs.map((value) => value.name),
    outputs: [name],
    attributes: {
      channels_last: { int: 1 },
      pads: { ints: padding },
      strides: { ints: [stride, stride] },
    },
  });
  return { name, type: 'uint8' };
}
