import { crc32 } from 'node:zlib';
import type { FileReader } from '../file-reader.ts';
import { readCentralDirectory } from './central-directory.ts';
import { findDirectory } from './end-record.ts';
import { readLocalHeader } from './local-header.ts';
import type { ZipEntry } from './zip-entry.ts';

/**
 * Lists a zip file whose entries tile it from the first byte to the central directory: nothing before, between, after
 * or upon one another, so that no two programs can see two different archives in it.
 * @throws CheckpointError at the first thing that isn't so.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function readZipArchive(reader: FileReader): ReadonlyMap<string, ZipEntry> {
  const place = findDirectory(reader);
  const records = readCentralDirectory(reader, place);
  records.sort((a, b) => a.headerOffset - b.headerOffset);
  const first = records[0];
  if (first === undefined) throw reader.error(place.offset, 'the zip file has no entries');
  if (first.headerOffset !== 0) {
    throw reader.error(0, `${first.headerOffset} bytes that belong to no entry stand before the first one`);
  }
  const entries = new Map<string, ZipEntry>();
  for (const [index, record] of records.entries()) {
    if (entries.has(record.name)) {
      throw reader.error(record.recordOffset, `zip entry ${record.name}: stands twice`);
    }
    const end = records[index + 1]?.headerOffset ?? place.offset;
    entries.set(record.name, readLocalHeader(reader, record, end));
  }
  return entries;
}

/** The bytes of a small entry, which must be stored (method 0); its CRC-32 is checked. */
export function readZipEntry(reader: FileReader, entry: ZipEntry, maxBytes: number): Uint8Array<ArrayBuffer> {
  const fail = (reason: string) => reader.error(entry.headerOffset, `zip entry ${entry.name}: ${reason}`);
  if (entry.sizeBytes > maxBytes) throw fail(`has ${entry.sizeBytes} bytes; allowed are ${maxBytes}`);
  const bytes = reader.read(entry.dataOffset, entry.sizeBytes);
  if (crc32(bytes) !== entry.crc32) throw fail('has a wrong CRC-32: the file is damaged');
  return bytes;
}
