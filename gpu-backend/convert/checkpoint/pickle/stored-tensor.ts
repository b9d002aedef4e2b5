import type { DType } from '../checkpoint.ts';
import type { Storage } from './pickle-value.ts';

/** A strided view into a storage, already checked to lie within it. Offset and strides count elements. */
export interface StoredTensor {
  readonly storage: Storage;
  readonly dtype: DType;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}
