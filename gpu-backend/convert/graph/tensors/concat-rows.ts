import { elementCount, type FloatTensor } from './float-tensor.ts';

/** Tensors of equal row shape, one after the other along the first axis. */
export function concatRows(tensors: readonly FloatTensor[]): FloatTensor {
  const [, ...rest] = tensors[0]?.shape ?? [];
  if (tensors.some(({ shape }) => String(shape.slice(1)) !== String(rest))) {
    throw new RangeError(`rows differ: ${tensors.map(({ shape }) => `[${shape}]`).join(', ')}`);
  }
  const shape = [tensors.reduce((rows, tensor) => rows + (tensor.shape[0] ?? 0), 0), ...rest];
  return {
    shape,
    isFloat16: tensors.every(({ isFloat16 }) => isFloat16),
    read() {
      const joined = new Float32Array(elementCount(shape));
      let at = 0;
      for (const tensor of tensors) {
        const part = tensor.read();
        joined.set(part, at);
        at += part.length;
      }
      return joined;
    },
  };
}
