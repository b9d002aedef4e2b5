import type { Initialiser } from './graph.ts';
import type { FloatTensor } from './tensors/float-tensor.ts';

/** A weight that the precision asked for cannot hold. */
export class PrecisionError extends Error {
  constructor(tensor: string, value: number | undefined, at: number) {
    super(
      `tensor ${tensor} holds ${value} at element ${at}, beyond float16's ±65504: use --precision fp32, without --half-weights`,
    );
    this.name = 'PrecisionError';
  }
}

/** Weights kept as float32. */
export function float32Initialiser(name: string, tensor: FloatTensor): Initialiser {
  return { name, type: 'float32', shape: tensor.shape, tensor, read: () => bytesOf(tensor.read()) };
}

/**
 * Weights rounded to float16 (to nearest, ties to even).
 * @throws PrecisionError when read, if a value lies outside of float16's range (±65,504).
 */
export function float16Initialiser(name: string, tensor: FloatTensor): Initialiser {
  return {
    name,
    type: 'float16',
    shape: tensor.shape,
    tensor,
    read() {
      const values = tensor.read();
      const halves = new Float16Array(values);
      const at = halves.findIndex((half, index) => !Number.isFinite(half) && Number.isFinite(values[index]));
      if (at >= 0) throw new PrecisionError(name, values[at], at);
      return bytesOf(halves);
    },
  };
}

/** Integer constants (shapes, axes, indices). */
export function int64Initialiser(
  name: string,
  shape: readonly number[],
  values: readonly number[],
): Initialiser {
  return { name, type: 'int64', shape, read: () => bytesOf(BigInt64Array.from(values, BigInt)) };
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
