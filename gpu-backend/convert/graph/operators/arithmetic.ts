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
