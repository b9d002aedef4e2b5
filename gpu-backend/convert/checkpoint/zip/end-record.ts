import type { FileReader } from '../file-reader.ts';

/*
 * The end of a zip file (APPNOTE 4.3.14–16), little-endian. torch writes the zip64 records always, others when needed.
 *   zip64 end record, 56 bytes             zip64 locator, 20 bytes        end record, 22 bytes
 *    0  4  signature 0x06064b50             0  4  signature 0x07064b50     0  4  signature 0x06054b50
 *    4  8  bytes that follow = 44           4  4  disk = 0                 4  4  disks = 0
 *   12  4  versions                         8  8  offset of the record     8  2  entries on this disk
 *   16  8  disks = 0                       16  4  disks = 1               10  2  entries
 *   24  8  entries on this disk                                           12  4  size of the central directory
 *   32  8  entries                                                        16  4  its offset
 *   40  8  size of the central directory                                  20  2  comment length = 0
 *   48  8  its offset
 */
const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const ZIP64_END_BYTES = 56;
const END_SIGNATURE = 0x0605_4b50;
const LOCATOR_SIGNATURE = 0x0706_4b50;
const ZIP64_END_SIGNATURE = 0x0606_4b50;

/** One entry a storage, and the largest checkpoints of the family have some 1,500 tensors. */
const MAX_ENTRIES = 65_536;
/** 65,536 records of torch's usual 70 bytes, with room for long names. */
const MAX_DIRECTORY_BYTES: number = 16 * 2 ** 20;

export interface DirectoryPlace {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly entryCount: number;
}

/** Finds the central directory, which must be followed by nothing but the end records that the file must end with. */
export function findDirectory(reader: FileReader): DirectoryPlace {
  const endOffset = reader.sizeBytes - END_BYTES;
  if (endOffset < 0) throw reader.error(0, 'the zip file is too short for its end record');
  const end = new DataView(reader.read(endOffset, END_BYTES).buffer);
  if (end.getUint32(0, true) !== END_SIGNATURE) {
    throw reader.error(
      endOffset,
      'the file does not end with a zip end record: cut off, followed by junk, or commented',
    );
  }
  if (end.getUint16(20, true) !== 0) throw reader.error(endOffset, 'the zip file has an archive comment');
  if (end.getUint32(4, true) !== 0) throw reader.error(endOffset, 'the zip file is split over several disks');
  const small = [
    end.getUint16(8, true),
    end.getUint16(10, true),
    end.getUint32(12, true),
    end.getUint32(16, true),
  ];
  const zip64 = readZip64End(reader, endOffset);
  const values = small.map((value, index) => {
    const sentinel = index < 2 ? 0xffff : 0xffff_ffff;
    const large = zip64?.values[index];
    if (large === undefined && value === sentinel)
      throw reader.error(endOffset, 'the zip64 end record is missing');
    if (large !== undefined && value !== sentinel && value !== large) {
      throw reader.error(endOffset, 'the zip end record and the zip64 end record disagree');
    }
    return large ?? value;
  });
  const [entriesHere = 0, entryCount = 0, sizeBytes = 0, offset = 0] = values;
  const recordsOffset = zip64?.offset ?? endOffset;
  if (entriesHere !== entryCount) throw reader.error(endOffset, 'the zip file is split over several disks');
  if (entryCount > MAX_ENTRIES) {
    throw reader.error(endOffset, `the zip file has ${entryCount} entries; allowed are ${MAX_ENTRIES}`);
  }
  if (sizeBytes > MAX_DIRECTORY_BYTES) {
    throw reader.error(
      endOffset,
      `the central directory has ${sizeBytes} bytes; allowed are ${MAX_DIRECTORY_BYTES}`,
    );
  }
  if (offset + sizeBytes !== recordsOffset) {
    throw reader.error(
      endOffset,
      `the central directory ends at ${offset + sizeBytes} instead of ${recordsOffset}`,
    );
  }
  return { offset, sizeBytes, entryCount };
}

function readZip64End(
  reader: FileReader,
  endOffset: number,
): { offset: number; values: readonly number[] } | undefined {
  const locatorOffset = endOffset - LOCATOR_BYTES;
  if (locatorOffset < ZIP64_END_BYTES) return undefined;
  const locator = new DataView(reader.read(locatorOffset, LOCATOR_BYTES).buffer);
  if (locator.getUint32(0, true) !== LOCATOR_SIGNATURE) return undefined;
  const offset = locatorOffset - ZIP64_END_BYTES;
  if (locator.getBigUint64(8, true) !== BigInt(offset)) {
    throw reader.error(
      locatorOffset,
      `the zip64 locator does not point to the zip64 end record at ${offset}`,
    );
  }
  const record = new DataView(reader.read(offset, ZIP64_END_BYTES).buffer);
  if (record.getUint32(0, true) !== ZIP64_END_SIGNATURE || record.getBigUint64(4, true) !== 44n) {
    throw reader.error(offset, 'the zip64 end record is damaged');
  }
  if (record.getBigUint64(16, true) !== 0n)
    throw reader.error(offset, 'the zip file is split over several disks');
  const values = [24, 32, 40, 48].map((at) => {
    const value = record.getBigUint64(at, true);
    if (value > BigInt(reader.sizeBytes)) {
      throw reader.error(offset + at, `the zip64 end record says ${value}, more than the file has bytes`);
    }
    return Number(value);
  });
  return { offset, values };
}
