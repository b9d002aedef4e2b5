import { DTYPE_BYTES, type DType } from '../checkpoint.ts';
import type { CheckpointError } from '../checkpoint-error.ts';
import { describe, type PickleValue } from './pickle-value.ts';
import type { StoredTensor } from './stored-tensor.ts';

/** Networks of the family have four dimensions at most; images over time have five. */
const MAX_RANK = 8;

/** Largest tensor; CLIP's token embedding, the family's largest, has 101 MB. */
const MAX_TENSOR_BYTES: number = 2 ** 31;

/** A view may repeat its storage's elements (stride 0, `expand`) up to this size: beyond it is a bomb. */
const MAX_REPEATED_BYTES: number = 64 * 2 ** 20;

type Fail = (reason: string) => CheckpointError;

/**
 * Checks what `_rebuild_tensor` (storage, offset, shape, strides), `_v2` (… requires_grad, hooks, metadata?) or
 * `_v3` (… requires_grad, hooks, dtype, metadata?) was given; offset, shape and strides count elements.
 */
export function rebuildTensor(
  version: 'tensor-v1' | 'tensor-v2' | 'tensor-v3',
  args: readonly PickleValue[],
  fail: Fail,
): StoredTensor {
  const counts = { 'tensor-v1': [4, 4], 'tensor-v2': [6, 7], 'tensor-v3': [7, 8] } as const;
  const [least, most] = counts[version];
  if (args.length < least || args.length > most) throw fail(`has ${args.length} arguments`);
  const [storage = null, offset = null, shape = null, strides = null] = args;
  if (typeof storage !== 'object' || storage?.kind !== 'storage') {
    throw fail(`views ${describe(storage)} instead of a storage`);
  }
  const dtype = version === 'tensor-v3' ? dtypeOf(args[6] ?? null, fail) : storage.dtype;
  if (dtype === undefined) throw fail('has an untyped storage and no dtype');
  if (storage.dtype !== undefined && storage.dtype !== dtype) {
    throw fail(`has the dtype ${dtype}, but its storage ${storage.dtype}`);
  }
  const tensor = {
    storage,
    dtype,
    offset: count('the storage offset', offset, fail),
    shape: readCounts('shape', shape, fail),
    strides: readCounts('strides', strides, fail),
  };
  checkExtent(tensor, fail);
  return tensor;
}

function checkExtent({ storage, dtype, offset, shape, strides }: StoredTensor, fail: Fail): void {
  if (shape.length !== strides.length) throw fail(`has rank ${shape.length}, but ${strides.length} strides`);
  const elementBytes = DTYPE_BYTES[dtype];
  const capacity = storage.sizeBytes / elementBytes;
  // Sums and products beyond 2^53 round, but stay far above any file's size, so the comparisons hold.
  const elements = shape.reduce((product, size) => product * size, 1);
  const tensorBytes = elements * elementBytes;
  if (!(tensorBytes <= MAX_TENSOR_BYTES)) {
    throw fail(`has the shape [${shape}], ${tensorBytes} bytes; allowed are ${MAX_TENSOR_BYTES}`);
  }
  if (elements > capacity && tensorBytes > MAX_REPEATED_BYTES) {
    throw fail(`repeats ${storage.sizeBytes} bytes to ${tensorBytes}; allowed are ${MAX_REPEATED_BYTES}`);
  }
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] ?? 0), offset);
  const end = elements === 0 ? offset : last + 1;
  if (!(end <= capacity)) {
    throw fail(
      `offset ${offset}, shape [${shape}] and strides [${strides}] reach element ${end} of storage ${storage.key}, which has ${capacity}`,
    );
  }
}

function dtypeOf(value: PickleValue, fail: Fail): DType {
  const fits = typeof value === 'object' && value?.kind === 'global' && value.meaning.is === 'dtype';
  if (!fits) throw fail(`has ${describe(value)} instead of a dtype`);
  return value.meaning.dtype;
}

function readCounts(what: string, value: PickleValue, fail: Fail): number[] {
  if (typeof value !== 'object' || (value?.kind !== 'tuple' && value?.kind !== 'list')) {
    throw fail(`the ${what} is ${describe(value)} instead of a tuple`);
  }
  if (value.items.length > MAX_RANK) throw fail(`has rank ${value.items.length}; allowed is ${MAX_RANK}`);
  return value.items.map((item) => count(`the ${what}`, item, fail));
}

function count(what: string, value: PickleValue, fail: Fail): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw fail(`${what} has ${typeof value === 'bigint' ? value : describe(value)} instead of a count`);
  }
  if (value < 0) throw fail(`${what} is negative: ${value}`);
  return value;
}
