import { DTYPE_BYTES, type DType } from './checkpoint.ts';
import type { CheckpointError } from './checkpoint-error.ts';
import { describe, type PickleTuple } from './pickle/pickle-value.ts';

/** What torch's picklers put in place of a storage: `('storage', type, key, location, element count, …)`. */
export interface StorageId {
  readonly dtype: DType | undefined;
  readonly key: string;
  readonly sizeBytes: number;
}

/** Where the storage lived when it was saved; it is read to memory wherever that was. */
const LOCATION = /^(cpu|(cuda|mps|xpu|hpu)(:\d{1,3})?)$/;
/** Zip files number their storages; legacy files name them by address, up to 20 digits. */
const KEY = /^\d{1,20}$/;

/** @throws CheckpointError when any field is not what torch writes. */
export function readStorageId(
  { items }: PickleTuple,
  itemCount: number,
  fail: (reason: string) => CheckpointError,
): StorageId {
  if (items.length !== itemCount) throw fail(`has ${items.length} items instead of ${itemCount}`);
  const [tag = null, type = null, key = null, location = null, elements = null] = items;
  if (tag !== 'storage') throw fail(`is tagged ${JSON.stringify(tag)?.slice(0, 80)} instead of "storage"`);
  if (typeof type !== 'object' || type?.kind !== 'global' || type.meaning.is !== 'storage') {
    throw fail(`names ${describe(type)} instead of a storage type`);
  }
  if (typeof key !== 'string' || !KEY.test(key)) {
    throw fail(
      `the storage key is ${typeof key === 'string' ? JSON.stringify(key.slice(0, 80)) : describe(key)}`,
    );
  }
  if (typeof location !== 'string' || !LOCATION.test(location))
    throw fail(`storage ${key} has an unknown location`);
  if (typeof elements !== 'number' || !Number.isSafeInteger(elements) || elements < 0) {
    throw fail(`storage ${key} has an impossible element count`);
  }
  const { dtype } = type.meaning;
  return { dtype, key, sizeBytes: elements * (dtype === undefined ? 1 : DTYPE_BYTES[dtype]) };
}
