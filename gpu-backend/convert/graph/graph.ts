import type { FloatTensor } from './tensors/float-tensor.ts';

/** Element types of values in a graph. */
export type ElementType = 'float32' | 'float16' | 'int64' | 'int32' | 'int8' | 'uint8';

/** What flows along an edge of the graph; its shape is known to the operators that make and use it. */
export interface Value {
  readonly name: string;
  readonly type: ElementType;
}

/** A number, or the name of a dimension that is free at run time. */
export type Dimension = number | string;

/** An input or output of the whole graph. */
export interface Terminal extends Value {
  readonly shape: readonly Dimension[];
}

export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly string: string };

/** One operator. Optional inputs left out are empty names. */
export interface Node {
  readonly op: string;
  /** ONNX's own operators if not given, else onnxruntime's. */
  readonly domain?: 'com.microsoft';
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A constant of the graph, read only while it is written. */
export interface Initialiser extends Value {
  readonly shape: readonly number[];
  /** Row-major, little-endian, `elements × bytes of the type` long. */
  read(): Uint8Array;
  /** Where a float constant comes from, unrounded: what passes compute new weights from. */
  readonly tensor?: FloatTensor;
}

/** An immutable computation graph; nodes in an order in which they can run. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly Terminal[];
  readonly outputs: readonly Terminal[];
  readonly initialisers: readonly Initialiser[];
  readonly nodes: readonly Node[];
}
