import type { DType } from '../checkpoint.ts';
import type { GlobalMeaning } from './globals.ts';
import type { StoredTensor } from './stored-tensor.ts';

/** What a pickle can build here: data without behaviour. */
export type PickleValue = null | boolean | number | bigint | string | PickleNode;

export type PickleNode =
  | PickleBytes
  | PickleList
  | PickleTuple
  | PickleDict
  | PickleGlobal
  | ScriptObject
  | Storage
  | PickleTensor
  | Opaque;

export interface PickleBytes {
  readonly kind: 'bytes';
  readonly bytes: Uint8Array;
}

interface PickleList {
  readonly kind: 'list';
  readonly items: PickleValue[];
}

export interface PickleTuple {
  readonly kind: 'tuple';
  readonly items: readonly PickleValue[];
}

type PickleKey = null | boolean | number | bigint | string;

export interface PickleDict {
  readonly kind: 'dict';
  readonly ordered: boolean;
  readonly entries: Map<PickleKey, PickleValue>;
}

/** A name from the table of globals; never looked up anywhere else. */
export interface PickleGlobal {
  readonly kind: 'global';
  readonly label: string;
  readonly meaning: GlobalMeaning;
}

/** A module of a TorchScript archive: its attributes, its class's name only as a label. */
interface ScriptObject {
  readonly kind: 'script-object';
  readonly label: string;
  attributes: PickleDict | undefined;
}

/** A block of elements somewhere in the file, shared by all tensors that view it. */
export interface Storage {
  readonly kind: 'storage';
  readonly key: string;
  /** `undefined` when untyped: its tensors then carry their own. */
  readonly dtype: DType | undefined;
  readonly sizeBytes: number;
  /** Where it begins in the file; legacy files tell it only after the pickle. */
  fileOffset: number | undefined;
}

interface PickleTensor {
  readonly kind: 'tensor';
  readonly tensor: StoredTensor;
}

/** Something known and harmless that holds no tensors, such as a device. */
interface Opaque {
  readonly kind: 'opaque';
  readonly label: string;
}

/** Names a value in an error message. */
export function describe(value: PickleValue): string {
  if (value === null) return 'None';
  if (typeof value !== 'object') return `a ${typeof value}`;
  return 'label' in value ? value.label : `a ${value.kind}`;
}
