import { describe, expect, it } from 'vitest';
import { concatRows } from '../../../gpu-backend/convert/graph/tensors/concat-rows.ts';
import type { FloatTensor } from '../../../gpu-backend/convert/graph/tensors/float-tensor.ts';
import { reshapeTensor } from '../../../gpu-backend/convert/graph/tensors/reshape-tensor.ts';
import { transposeMatrix } from '../../../gpu-backend/convert/graph/tensors/transpose-matrix.ts';

const SIX: FloatTensor = { shape: [2, 3], read: () => Float32Array.of(0, 1, 2, 3, 4, 5) };

describe('tensor transforms', () => {
  it('transposeMatrix swaps rows and columns', () => {
    const turned = transposeMatrix(SIX);
    expect(turned.shape).toEqual([3, 2]);
    expect([...turned.read()]).toEqual([0, 3, 1, 4, 2, 5]);
    expect(() => transposeMatrix(reshapeTensor(SIX, [6]))).toThrow('not a matrix');
  });

  it('concatRows puts one after the other', () => {
    const joined = concatRows([SIX, { shape: [1, 3], read: () => Float32Array.of(6, 7, 8) }]);
    expect(joined.shape).toEqual([3, 3]);
    expect([...joined.read()]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(() => concatRows([SIX, reshapeTensor(SIX, [3, 2])])).toThrow('rows differ');
  });

  it('reshapeTensor keeps the elements and refuses another number of them', () => {
    expect([...reshapeTensor(SIX, [3, 2]).read()]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(() => reshapeTensor(SIX, [4])).toThrow('as many elements');
  });
});
