import type { FloatTensor } from './float-tensor.ts';

/** `[rows, columns]` → `[columns, rows]`. */
export function transposeMatrix(matrix: FloatTensor): FloatTensor {
  const [rows, columns, ...others] = matrix.shape;
  if (rows === undefined || columns === undefined || others.length > 0) {
    throw new RangeError(`[${matrix.shape}] is not a matrix`);
  }
  return {
    shape: [columns, rows],
    isFloat16: matrix.isFloat16,
    read() {
      const from = matrix.read();
      const to = new Float32Array(from.length);
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          to[column * rows + row] = from[row * columns + column] as number;
        }
      }
      return to;
    },
  };
}
