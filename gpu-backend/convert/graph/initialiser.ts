import type { Initialiser } from './graph.ts';
import type { FloatTensor } from './tensors/float-tensor.ts';

/** Weights kept as float32. */
export function float32Initialiser(name: string, { shape, read }: FloatTensor): Initialiser {
  return { name, type: 'float32', shape, read: () => bytesOf(read()) };
}

/**
 * Weights rounded to float16 (to nearest, ties to even).
 * @throws RangeError when read, if a value lies outside of float16's range (±65,504).
 */
export function float16Initialiser(name: string, { shape, read }: FloatTensor): Initialiser {
  return {
    name,
    type: 'float16',
    shape,
    read() {
      const values = read();
      const halves = new Float16Array(values);
      const at = halves.findIndex((half, index) => !Number.isFinite(half) && Number.isFinite(values[index]));
      if (at >= 0) {
        throw new RangeError(
          `tensor ${name} holds ${values[at]} at element ${at}, beyond float16's ±65504: use --precision fp32`,
        );
      }
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
