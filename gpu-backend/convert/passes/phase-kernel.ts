import { elementCount, type FloatTensor } from '../graph/tensors/float-tensor.ts';
import type { Phase } from './phases.ts';

/** `[out, in, 3, 3]` → `[out, in, rows.length, columns.length]`: taps that fall on one source pixel are added up. */
export function phaseKernel(kernel: FloatTensor, rows: Phase, columns: Phase): FloatTensor {
  const [out = 0, into = 0] = kernel.shape;
  const shape = [out, into, rows.length, columns.length];
  return {
    shape,
    read() {
      const taps = kernel.read();
      // Doubles: rounded once, however many are added.
      const sums = new Float64Array(elementCount(shape));
      for (let pair = 0; pair < out * into; pair++) {
        for (const [row, toRow] of rows.taps.entries()) {
          for (const [column, toColumn] of columns.taps.entries()) {
            const at = (pair * rows.length + toRow) * columns.length + toColumn;
            sums[at] = (sums[at] as number) + (taps[pair * 9 + row * 3 + column] as number);
          }
        }
      }
      return new Float32Array(sums);
    },
  };
}
