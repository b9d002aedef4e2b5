import type { FileReader } from '../file-reader.ts';
import { FLAG_DESCRIPTOR, ZIP64_SENTINEL, type ZipEntry, type ZipRecord } from './zip-entry.ts';
import { readZip64Sizes } from './zip64-field.ts';

/*
 * Local header (APPNOTE 4.3.7), little-endian:            Data descriptor (4.3.9), after the data if flag 3 is set:
 *   0  4  signature 0x04034b50     18  4  compressed size    0  4  signature 0x08074b50 (may be absent)
 *   4  2  version needed           22  4  size               4  4  CRC-32
 *   6  2  flags                    26  2  name length        8  4 or 8  compressed size
 *   8  2  method                   28  2  extra length         4 or 8  size
 *  10  4  time, date               30     name, extra, data
 *  14  4  CRC-32
 * torch pads the extra data so that each tensor begins at a multiple of 64, and leaves sizes and CRC to the descriptor.
 */
const SIGNATURE = 0x0403_4b50;
const HEADER_BYTES = 30;
const DESCRIPTOR_SIGNATURE = 0x0807_4b50;

const METHOD_STORED = 0;
const METHOD_DEFLATED = 8;

/**
 * Reads the local header of `record`, which must say the same, and take the file's bytes up to `end` exactly.
 * @throws CheckpointError where they differ, or where bytes lie between the entries.
 */
export function readLocalHeader(reader: FileReader, record: ZipRecord, end: number): ZipEntry {
  const { headerOffset, name, rawName, sizeBytes, compressedBytes } = record;
  const fail = (reason: string, at = headerOffset) => reader.error(at, `zip entry ${name}: ${reason}`);
  const fixedEnd = HEADER_BYTES + rawName.length;
  if (headerOffset + fixedEnd > end) throw fail('overlaps with what follows it');
  const bytes = reader.read(headerOffset, fixedEnd);
  const view = new DataView(bytes.buffer);
  if (view.getUint32(0, true) !== SIGNATURE) throw fail('has no local header where the directory says');
  if (view.getUint16(6, true) !== record.flags) throw fail('local header and directory disagree about flags');
  if (view.getUint16(8, true) !== record.method)
    throw fail('local header and directory disagree about the method');
  const sameName =
    view.getUint16(26, true) === rawName.length &&
    rawName.every((byte, i) => byte === bytes[HEADER_BYTES + i]);
  if (!sameName) throw fail('local header and directory disagree about the name');
  if (record.method !== METHOD_STORED && record.method !== METHOD_DEFLATED) {
    throw fail(`has the unknown compression method ${record.method}`);
  }
  const stored = record.method === METHOD_STORED;
  if (stored && sizeBytes !== compressedBytes) throw fail('is stored, but its two sizes differ');

  const extraBytes = view.getUint16(28, true);
  const dataOffset = headerOffset + fixedEnd + extraBytes;
  const dataEnd = dataOffset + compressedBytes;
  if (dataEnd > end) throw fail('overlaps with what follows it, or its size is a lie');

  const sizes = [view.getUint32(22, true), view.getUint32(18, true)];
  const hasDescriptor = (record.flags & FLAG_DESCRIPTOR) !== 0;
  const leftToDescriptor = hasDescriptor && sizes.every((size) => size === 0 || size === ZIP64_SENTINEL);
  if (!leftToDescriptor) {
    const extra = reader.read(headerOffset + fixedEnd, extraBytes);
    const [localSize, localCompressed] = readZip64Sizes(sizes, extra, fail);
    if (localSize !== sizeBytes || localCompressed !== compressedBytes) {
      throw fail('local header and directory disagree about the size');
    }
  }
  const crc32 = view.getUint32(14, true);
  if (crc32 !== record.crc32 && !(hasDescriptor && crc32 === 0)) {
    throw fail('local header and directory disagree about the CRC');
  }
  checkDescriptor(reader, record, dataEnd, end);
  return { name, headerOffset, dataOffset, compressedBytes, sizeBytes, crc32: record.crc32, stored };
}

function checkDescriptor(reader: FileReader, record: ZipRecord, dataEnd: number, end: number): void {
  const fail = (reason: string) => reader.error(dataEnd, `zip entry ${record.name}: ${reason}`);
  const length = end - dataEnd;
  if ((record.flags & FLAG_DESCRIPTOR) === 0) {
    if (length !== 0) throw fail(`${length} bytes that belong to no entry follow it`);
    return;
  }
  if (length !== 12 && length !== 16 && length !== 20 && length !== 24) {
    throw fail('is not followed by a data descriptor and the next entry');
  }
  const view = new DataView(reader.read(dataEnd, length).buffer);
  const wide = length >= 20;
  const start = length - (wide ? 20 : 12);
  if (start === 4 && view.getUint32(0, true) !== DESCRIPTOR_SIGNATURE) {
    throw fail('has a data descriptor with a wrong signature');
  }
  const size = (index: number) =>
    wide
      ? view.getBigUint64(start + 4 + 8 * index, true)
      : BigInt(view.getUint32(start + 4 + 4 * index, true));
  const agrees =
    view.getUint32(start, true) === record.crc32 &&
    size(0) === BigInt(record.compressedBytes) &&
    size(1) === BigInt(record.sizeBytes);
  if (!agrees) throw fail('its data descriptor and the directory disagree');
}
