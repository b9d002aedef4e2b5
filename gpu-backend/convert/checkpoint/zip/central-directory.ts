import type { FileReader } from '../file-reader.ts';
import type { DirectoryPlace } from './end-record.ts';
import { checkEntryName } from './entry-name.ts';
import { FLAG_DESCRIPTOR, type ZipRecord } from './zip-entry.ts';
import { readZip64Sizes } from './zip64-field.ts';

/*
 * Central directory record (APPNOTE 4.3.12), little-endian:
 *   0  4  signature 0x02014b50      20  4  compressed size     34  2  disk number
 *   4  2  version made by           24  4  size                36  2  internal attributes
 *   6  2  version needed            28  2  name length         38  4  external attributes
 *   8  2  flags                     30  2  extra length        42  4  offset of the local header
 *  10  2  method                    32  2  comment length      46     name, extra, comment
 *  12  4  time, date                16  4  CRC-32
 */
const SIGNATURE = 0x0201_4b50;
const RECORD_BYTES = 46;

const FLAG_ENCRYPTED = 0x0001;
const FLAG_UTF8 = 0x0800;

/** Every record of the central directory, in its order, none of them checked against its local header yet. */
export function readCentralDirectory(reader: FileReader, place: DirectoryPlace): ZipRecord[] {
  const bytes = reader.read(place.offset, place.sizeBytes);
  const view = new DataView(bytes.buffer);
  const records: ZipRecord[] = [];
  let at = 0;
  for (let index = 0; index < place.entryCount; index++) {
    const recordOffset = place.offset + at;
    if (at + RECORD_BYTES > bytes.length) {
      throw reader.error(recordOffset, 'the central directory ends within an entry');
    }
    if (view.getUint32(at, true) !== SIGNATURE) {
      throw reader.error(recordOffset, 'a central directory entry has a wrong signature');
    }
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const end = at + RECORD_BYTES + nameBytes + extraBytes;
    if (end > bytes.length) throw reader.error(recordOffset, 'the central directory ends within an entry');
    const rawName = bytes.subarray(at + RECORD_BYTES, at + RECORD_BYTES + nameBytes);
    const name = checkEntryName(rawName, (reason) => reader.error(recordOffset, reason));
    const fail = (reason: string) => reader.error(recordOffset, `zip entry ${name}: ${reason}`);
    const flags = view.getUint16(at + 8, true);
    if (flags & FLAG_ENCRYPTED) throw fail('is encrypted');
    if (flags & ~(FLAG_DESCRIPTOR | FLAG_UTF8)) throw fail(`has unknown flags 0x${flags.toString(16)}`);
    if (view.getUint16(at + 32, true) !== 0) throw fail('has a comment');
    if (view.getUint16(at + 34, true) !== 0) throw fail('lies on another disk');
    const [sizeBytes = 0, compressedBytes = 0, headerOffset = 0] = readZip64Sizes(
      [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)],
      bytes.subarray(end - extraBytes, end),
      fail,
    );
    records.push({
      name,
      rawName,
      flags,
      method: view.getUint16(at + 10, true),
      crc32: view.getUint32(at + 16, true),
      compressedBytes,
      sizeBytes,
      headerOffset,
      recordOffset,
    });
    at = end;
  }
  if (at !== bytes.length) {
    throw reader.error(place.offset + at, 'the central directory goes on after its last entry');
  }
  return records;
}
