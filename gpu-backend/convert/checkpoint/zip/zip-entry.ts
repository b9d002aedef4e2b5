/** One file within a zip archive, its headers already checked against each other. */
export interface ZipEntry {
  readonly name: string;
  /** Where its local header begins in the file. */
  readonly headerOffset: number;
  /** Where its bytes begin in the file. */
  readonly dataOffset: number;
  /** Bytes that it takes in the file. */
  readonly compressedBytes: number;
  readonly sizeBytes: number;
  readonly crc32: number;
  /** Whether the bytes stand in the file as they are (method 0). */
  readonly stored: boolean;
}

/** What the central directory says of an entry; its place in the file is not yet known. */
export interface ZipRecord extends Omit<ZipEntry, 'dataOffset' | 'stored'> {
  readonly rawName: Uint8Array;
  readonly flags: number;
  readonly method: number;
  /** Where the record stands in the file, to tell errors. */
  readonly recordOffset: number;
}

/** Sizes and offsets that don't fit into 32 bits stand as this value, the true one in a zip64 field. */
export const ZIP64_SENTINEL: number = 0xffff_ffff;

/** General purpose flag: sizes and CRC follow the data, in a descriptor. */
export const FLAG_DESCRIPTOR = 0x0008;
