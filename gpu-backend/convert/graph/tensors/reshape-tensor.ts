import { elementCount, type FloatTensor } from './float-tensor.ts';

/** The same elements under another shape. */
export function reshapeTensor(tensor: FloatTensor, shape: readonly number[]): FloatTensor {
  if (elementCount(shape) !== elementCount(tensor.shape)) {
    throw new RangeError(`[${tensor.shape}] has not as many elements as [${shape}]`);
  }
  return { ...tensor, shape };
}
