import { sha256 } from '@noble/hashes/sha2.js';

/**
 * Longer ones are hashed by the platform, in another thread. In Node that costs a wait behind whatever keeps its threads
 * busy, encoding pictures among others: for what is short, many times the hashing itself.
 */
const LONG_BYTES = 16 * 1024;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Bytes as lower-case hexadecimal. */
export function toHex(bytes: ArrayBuffer | Uint8Array): string {
  let text = '';
  for (const byte of new Uint8Array(bytes)) text += HEX[byte];
  return text;
}

/** SHA-256 (FIPS 180-4) of bytes or of a string's UTF-8, as lower-case hexadecimal. */
export async function sha256Hex(data: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  return toHex(bytes.length > LONG_BYTES ? await crypto.subtle.digest('SHA-256', bytes) : sha256(bytes));
}
