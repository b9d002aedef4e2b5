/** Element types that checkpoints hold; little-endian always. */
export type DType =
  | 'float64'
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint8'
  | 'bool';

/** Bytes of one element. */
export const DTYPE_BYTES: Readonly<Record<DType, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

/** A tensor that lies in a file: known by name and shape, read when asked for. */
export interface CheckpointTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** The elements in row-major order, little-endian, whatever their strides in the file; a fresh copy each time. */
  read(): Uint8Array<ArrayBuffer>;
}

/**
 * An open checkpoint of any container. Nested dictionaries are flattened with `/` (`model/netG/module.fc_code.weight`);
 * keys of state dicts keep their dots; a TorchScript module's attributes are joined by dots (`visual.conv1.weight`).
 */
export interface Checkpoint {
  /** Path as given. */
  readonly file: string;
  readonly tensors: ReadonlyMap<string, CheckpointTensor>;
  /** Closes the file; tensors can't be read afterwards. */
  close(): void;
}
