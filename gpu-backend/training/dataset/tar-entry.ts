const BLOCK_BYTES = 512;

/**
 * One file of a tar archive: header and padded content.
 *
 * | offset | bytes | field (octal numbers end in NUL) |
 * |---|---|---|
 * | 0 | 100 | name |
 * | 100, 108, 116 | 8 each | mode, owner, group |
 * | 124, 136 | 12 each | size, time of modification: always 0, so that equal content is an equal archive |
 * | 148 | 8 | checksum: sum of the header's bytes, this field being spaces |
 * | 156 | 1 | type, "0" for a file |
 * | 257 | 8 | "ustar", NUL, "00" |
 *
 * @throws Error when the name is not 1 to 99 ASCII characters.
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
 */
export function tarEntry(name: string, content: Uint8Array): Buffer {
  if (!/^[\x20-\x7e]{1,99}$/u.test(name)) {
    throw new Error(`tar name is ${JSON.stringify(name)}; allowed are 1 to 99 ASCII characters`);
  }
  const header = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, offset: number, bytes: number): number =>
    header.write(`${value.toString(8).padStart(bytes - 1, '0')}\0`, offset, 'ascii');
  header.write(name, 0, 'ascii');
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(content.length, 124, 12);
  octal(0, 136, 12);
  header.write('        0', 148, 'ascii');
  header.write('ustar\x0000', 257, 'ascii');
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  header.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148, 'ascii');
  const padding = Buffer.alloc((BLOCK_BYTES - (content.length % BLOCK_BYTES)) % BLOCK_BYTES);
  return Buffer.concat([header, content, padding]);
}

/** What an archive ends with: two empty blocks. */
export const TAR_END: Buffer = Buffer.alloc(2 * BLOCK_BYTES);
