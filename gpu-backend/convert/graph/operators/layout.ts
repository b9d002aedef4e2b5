import type { ElementType, Value } from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';

/** TensorProto.DataType of ONNX. */
const CAST_TO: Readonly<Record<ElementType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  float16: 10,
};

/** x itself where it has that type already. */
export function cast(graph: GraphBuilder, x: Value, type: ElementType): Value {
  return x.type === type ? x : graph.node('Cast', [x], type, { to: { int: CAST_TO[type] } });
}

/** 0 keeps a dimension, −1 takes what is left. */
export function reshape(graph: GraphBuilder, x: Value, shape: readonly number[]): Value {
  return graph.node('Reshape', [x, graph.ints(shape)], x.type);
}

export function transpose(graph: GraphBuilder, x: Value, order: readonly number[]): Value {
  return graph.node('Transpose', [x], x.type, { perm: { ints: order } });
}

export function unsqueeze(graph: GraphBuilder, x: Value, axes: readonly number[]): Value {
  return graph.node('Unsqueeze', [x, graph.ints(axes)], x.type);
}

export function concat(graph: GraphBuilder, values: readonly [Value, ...Value[]], axis: number): Value {
  return graph.node('Concat', values, values[0].type, { axis: { int: axis } });
}

/** Equal parts along an axis. */
export function split(graph: GraphBuilder, x: Value, parts: number, axis: number): Value[] {
  return graph.nodes('Split', [x], x.type, parts, { axis: { int: axis }, num_outputs: { int: parts } });
}

/** From `start` (included) to `end` (excluded) on each of `axes`; `end` may be a list computed at run time. */
export function slice(
  graph: GraphBuilder,
  x: Value,
  start: readonly number[],
  end: readonly number[] | Value,
  axes: readonly number[],
): Value {
  const ends = 'name' in end ? end : graph.ints(end);
  return graph.node('Slice', [x, graph.ints(start), ends, graph.ints(axes)], x.type);
}

/** Picks by index along an axis. An index without dimensions drops the axis. */
export function gather(graph: GraphBuilder, x: Value, indices: Value, axis: number): Value {
  return graph.node('Gather', [x, indices], x.type, { axis: { int: axis } });
}

/** x `[N, L, …]`, indices `[N, 1]` → `[N, …]`: one element of each row. */
export function gatherOneOfEach(graph: GraphBuilder, x: Value, indices: Value): Value {
  return graph.node('GatherND', [x, indices], x.type, { batch_dims: { int: 1 } });
}

/** Index of the first maximum along an axis, which stays with length 1. */
export function argMax(graph: GraphBuilder, x: Value, axis: number): Value {
  return graph.node('ArgMax', [x], 'int64', { axis: { int: axis }, keepdims: { int: 1 } });
}

/** The dimension `axis` of x, `[1]` int64. */
export function dimension(graph: GraphBuilder, x: Value, axis: number): Value {
  return graph.node('Shape', [x], 'int64', { start: { int: axis }, end: { int: axis + 1 } });
}

/** Broadcasts x to a shape computed at run time. */
export function expand(graph: GraphBuilder, x: Value, shape: Value): Value {
  return graph.node('Expand', [x, shape], x.type);
}
