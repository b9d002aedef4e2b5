/**
 * The 256 characters that stand for bytes in byte-level BPE, in the order of CLIP's vocabulary: the printable bytes of
 * Latin-1 as themselves, then the others as U+0100, U+0101, …
 */
export function byteAlphabet(): string[] {
  const isPrintable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const printable = bytes.filter(isPrintable).map((byte) => String.fromCharCode(byte));
  const others = bytes
    .filter((byte) => !isPrintable(byte))
    .map((_, index) => String.fromCharCode(256 + index));
  return [...printable, ...others];
}
