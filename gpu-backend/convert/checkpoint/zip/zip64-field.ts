import type { CheckpointError } from '../checkpoint-error.ts';
import { ZIP64_SENTINEL } from './zip-entry.ts';

/*
 * Extra data is a list of fields (APPNOTE 4.5):      zip64 field (id 0x0001): one 8-byte value for each of
 *   0  2  id                                          size, compressed size, header offset that stands as
 *   2  2  bytes that follow                           0xffffffff in the record, in this order
 */
const ZIP64_ID = 0x0001;

/**
 * The values as they stand in a record, those that are 0xffffffff taken from its zip64 field.
 * @throws CheckpointError when the field is absent, damaged or too large to be an offset.
 */
export function readZip64Sizes(
  values: readonly number[],
  extra: Uint8Array,
  error: (reason: string) => CheckpointError,
): number[] {
  if (!values.includes(ZIP64_SENTINEL)) return [...values];
  const field = findField(extra);
  if (field === undefined) throw error('has no zip64 field for its sizes');
  let at = 0;
  return values.map((value) => {
    if (value !== ZIP64_SENTINEL) return value;
    if (at + 8 > field.byteLength) throw error('has a zip64 field that is too short');
    const large = field.getBigUint64(at, true);
    at += 8;
    if (large > BigInt(Number.MAX_SAFE_INTEGER)) throw error(`has an impossible zip64 size ${large}`);
    return Number(large);
  });
}

function findField(extra: Uint8Array): DataView | undefined {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.byteLength);
  for (let at = 0; at + 4 <= extra.length; ) {
    const bytes = view.getUint16(at + 2, true);
    const start = at + 4;
    if (start + bytes > extra.length) return undefined;
    if (view.getUint16(at, true) === ZIP64_ID)
      return new DataView(extra.buffer, extra.byteOffset + start, bytes);
    at = start + bytes;
  }
  return undefined;
}
