import type { Value } from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';

/** Element by element, with NumPy's broadcasting. @see https://onnx.ai/onnx/operators/ for all of this folder. */
export function add(graph: GraphBuilder, a: Value, b: Value): Value {
  return graph.node('Add', [a, b], a.type);
}

export function sub(graph: GraphBuilder, a: Value, b: Value): Value {
  return graph.node('Sub', [a, b], a.type);
}

export function mul(graph: GraphBuilder, a: Value, b: Value): Value {
  return graph.node('Mul', [a, b], a.type);
}

export function div(graph: GraphBuilder, a: Value, b: Value): Value {
  return graph.node('Div', [a, b], a.type);
}

export function relu(graph: GraphBuilder, x: Value): Value {
  return graph.node('Relu', [x], x.type);
}

export function leakyRelu(graph: GraphBuilder, x: Value, slope: number): Value {
  return graph.node('LeakyRelu', [x], x.type, { alpha: { float: slope } });
}

export function sigmoid(graph: GraphBuilder, x: Value): Value {
  return graph.node('Sigmoid', [x], x.type);
}

/** Over the last axis. */
export function softmax(graph: GraphBuilder, x: Value): Value {
  return graph.node('Softmax', [x], x.type, { axis: { int: -1 } });
}

export function matMul(graph: GraphBuilder, a: Value, b: Value): Value {
  return graph.node('MatMul', [a, b], a.type);
}

/** x `[N, in]`, weight `[out, in]`, bias `[out]` → `[N, out]`. */
export function gemm(graph: GraphBuilder, x: Value, weight: Value, bias: Value): Value {
  return graph.node('Gemm', [x, weight, bias], x.type, { transB: { int: 1 } });
}

export interface ConvOptions {
  readonly stride?: number;
  /** Zeros on each side, or above, left, below and right. */
  readonly padding?: number | readonly [number, number, number, number];
}

/** x `[N, in, H, W]`, weight `[out, in, h, w]`, bias `[out]` → `[N, out, H', W']`. */
export function conv(
  graph: GraphBuilder,
  x: Value,
  weight: Value,
  bias: Value | undefined,
  { stride = 1, padding = 0 }: ConvOptions = {},
): Value {
  return graph.node('Conv', bias ? [x, weight, bias] : [x, weight], x.type, {
    pads: { ints: typeof padding === 'number' ? [padding, padding, padding, padding] : padding },
    strides: { ints: [stride, stride] },
  });
}

/** x `[N, C, H, W]`; the others `[C]`, of x's type. */
export function batchNormalization(
  graph: GraphBuilder,
  x: Value,
  { scale, bias, mean, variance }: Readonly<Record<'scale' | 'bias' | 'mean' | 'variance', Value>>,
  epsilon: number,
): Value {
  return graph.node('BatchNormalization', [x, scale, bias, mean, variance], x.type, {
    epsilon: { float: epsilon },
  });
}

/** Mean of each square of `size` × `size`: x `[N, C, H, W]` → `[N, C, ⌊H / size⌋, ⌊W / size⌋]`. */
export function averagePool(graph: GraphBuilder, x: Value, size: number): Value {
  return graph.node('AveragePool', [x], x.type, {
    kernel_shape: { ints: [size, size] },
    strides: { ints: [size, size] },
  });
}

/** Mean of each channel: x `[N, C, H, W]` → `[N, C, 1, 1]`. */
export function globalAveragePool(graph: GraphBuilder, x: Value): Value {
  return graph.node('GlobalAveragePool', [x], x.type);
}

/** Brought into `least` … `most`, two values without dimensions and of x's type. */
export function clip(graph: GraphBuilder, x: Value, least: Value, most: Value): Value {
  return graph.node('Clip', [x, least, most], x.type);
}

/** Over the last axis; scale and bias of its length and of x's type. */
export function layerNormalization(
  graph: GraphBuilder,
  x: Value,
  scale: Value,
  bias: Value,
  epsilon: number,
): Value {
  return graph.node('LayerNormalization', [x, scale, bias], x.type, {
    axis: { int: -1 },
    epsilon: { float: epsilon },
  });
}
