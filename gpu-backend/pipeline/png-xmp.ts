import { crc32 } from 'node:zlib';

/** Length of the PNG signature and its first chunk, IHDR, which nothing may stand before. */
const HEADER_BYTES = 8 + 25;

/**
 * A PNG file with an XMP packet in an uncompressed iTXt chunk after IHDR, where the standard wants it. libvips would
 * compress it into zTXt, which few readers look into.
 *
 * | bytes | field of the chunk                                                        |
 * |-------|---------------------------------------------------------------------------|
 * | 4     | length of the data, big-endian                                            |
 * | 4     | type, `iTXt`                                                              |
 * | …     | data: keyword, 0; compression flag 0, method 0; no language, 0; no translated keyword, 0; UTF-8 |
 * | 4     | CRC-32 over type and data                                                 |
 *
 * @see ISO 16684-3 (XMP part 3: storage in files), PNG; W3C PNG, 11.3.3.4 iTXt
 */
export function insertXmp(png: Uint8Array, xmp: string): Uint8Array<ArrayBuffer> {
  const typeAndData = Buffer.from(`iTXtXML:com.adobe.xmp\0\0\0\0\0${xmp}`);
  const chunk = Buffer.alloc(4 + typeAndData.length + 4);
  chunk.writeUInt32BE(typeAndData.length - 4);
  chunk.set(typeAndData, 4);
  chunk.writeUInt32BE(crc32(typeAndData), 4 + typeAndData.length);
  const file = new Uint8Array(png.length + chunk.length);
  file.set(png.subarray(0, HEADER_BYTES));
  file.set(chunk, HEADER_BYTES);
  file.set(png.subarray(HEADER_BYTES), HEADER_BYTES + chunk.length);
  return file;
}
