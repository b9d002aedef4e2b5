import { describe, expect, it } from 'vitest';
import type { DType } from '../../../gpu-backend/convert/checkpoint/checkpoint.ts';
import { CheckpointError } from '../../../gpu-backend/convert/checkpoint/checkpoint-error.ts';
import { checkpointWeight } from '../../../gpu-backend/convert/weights/checkpoint-weight.ts';

function weightOf(dtype: DType, array: ArrayBufferView<ArrayBuffer>): number[] {
  // At an odd place in its buffer: readers promise no alignment.
  const bytes = new Uint8Array(array.byteLength + 1).subarray(1);
  bytes.set(new Uint8Array(array.buffer));
  return [...checkpointWeight('f.pth', 'w', { dtype, shape: [1], read: () => bytes }).read()];
}

describe('checkpointWeight', () => {
  it.each<[DType, ArrayBufferView<ArrayBuffer>, number[]]>([
    ['float64', Float64Array.of(0.1, -2), [Math.fround(0.1), -2]],
    ['float32', Float32Array.of(0.5, -2), [0.5, -2]],
    ['float16', Uint16Array.of(0x3800, 0xc000, 0x0001), [0.5, -2, 2 ** -24]],
    ['bfloat16', Uint16Array.of(0x3f00, 0xc000, 0x3f80), [0.5, -2, 1]],
  ])('decodes %s', (dtype, array, expected) => {
    expect(weightOf(dtype, array)).toEqual(expected);
  });

  it.each<DType>(['int64', 'uint8', 'bool'])('refuses %s', (dtype) => {
    expect(() => weightOf(dtype, Uint8Array.of(1))).toThrow(CheckpointError);
    expect(() => weightOf(dtype, Uint8Array.of(1))).toThrow(`f.pth: tensor w is ${dtype}`);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', (value) => {
    expect(() => weightOf('float32', Float32Array.of(0, value))).toThrow(
      `f.pth: tensor w holds ${value} at element 1`,
    );
  });
});
