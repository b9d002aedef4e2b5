/** A weight tensor, materialised in float32 each time it is read: transforms of it stay lazy. */
export interface FloatTensor {
  readonly shape: readonly number[];
  /** Whether float16 holds each element exactly, as its source does. */
  readonly isFloat16?: boolean | undefined;
  /** Row-major elements; the caller owns the copy. */
  read(): Float32Array<ArrayBuffer>;
}

/** Number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
