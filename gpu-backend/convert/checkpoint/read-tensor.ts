import { type CheckpointTensor, DTYPE_BYTES } from './checkpoint.ts';
import type { FileReader } from './file-reader.ts';
import type { StoredTensor } from './pickle/stored-tensor.ts';

/** A stored tensor as the rest of the converter sees it: read from the file when asked for. */
export function createCheckpointTensor(reader: FileReader, tensor: StoredTensor): CheckpointTensor {
  const { dtype, shape } = tensor;
  return { dtype, shape, read: () => readTensor(reader, tensor) };
}

function readTensor(reader: FileReader, { storage, dtype, offset, shape, strides }: StoredTensor) {
  if (storage.fileOffset === undefined) throw reader.error(0, `storage ${storage.key} was never located`);
  const elementBytes = DTYPE_BYTES[dtype];
  const elements = shape.reduce((product, size) => product * size, 1);
  if (elements === 0) return new Uint8Array(0);
  const span = shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] ?? 0), 1);
  const bytes = reader.read(storage.fileOffset + offset * elementBytes, span * elementBytes);
  return isContiguous(shape, strides) ? bytes : gather(bytes, elementBytes, shape, strides);
}

/** Whether the elements stand in row-major order without gaps; the stride of an axis of size 1 is never used. */
function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number;
    if (size !== 1 && strides[axis] !== expected) return false;
    expected *= size;
  }
  return true;
}

/** Row-major copy of a strided view: an odometer over the axes, moved as whole elements. */
function gather(
  source: Uint8Array<ArrayBuffer>,
  elementBytes: number,
  shape: readonly number[],
  strides: readonly number[],
): Uint8Array<ArrayBuffer> {
  const elements = shape.reduce((product, size) => product * size, 1);
  const target = new ArrayBuffer(elements * elementBytes);
  const from = asElements(source.buffer, elementBytes);
  const to = asElements(target, elementBytes);
  const index: number[] = shape.map(() => 0);
  let at = 0;
  for (let element = 0; element < elements; element++) {
    to[element] = from[at] as never;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] as number;
      const stride = strides[axis] as number;
      const next = (index[axis] as number) + 1;
      if (next < size) {
        index[axis] = next;
        at += stride;
        break;
      }
      index[axis] = 0;
      at -= (size - 1) * stride;
    }
  }
  return new Uint8Array(target);
}

function asElements(buffer: ArrayBuffer, elementBytes: number) {
  switch (elementBytes) {
    case 1:
      return new Uint8Array(buffer);
    case 2:
      return new Uint16Array(buffer);
    case 4:
      return new Uint32Array(buffer);
    default:
      return new BigUint64Array(buffer);
  }
}
