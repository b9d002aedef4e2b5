import { elementCount, type FloatTensor } from './float-tensor.ts';

/** Rows `start` (included) to `end` (excluded) along the first axis. */
export function sliceRows(tensor: FloatTensor, start: number, end: number): FloatTensor {
  const [rows = 0, ...rest] = tensor.shape;
  if (start < 0 || end > rows || start > end)
    throw new RangeError(`no rows ${start}…${end} in [${tensor.shape}]`);
  const rowLength = elementCount(rest);
  return {
    shape: [end - start, ...rest],
    read: () => tensor.read().slice(start * rowLength, end * rowLength),
  };
}
