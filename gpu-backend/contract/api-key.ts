import { sha256Hex } from './hex.ts';

/**
 * `glp_live_<id>_<secret><crc32>`: kind, 12 characters of id, 43 of secret (≥ 256 bits), 6 of CRC-32 in base 62.
 * The checksum lets junk be refused with no look-up, and secret scanners recognise a real key.
 */
const KEY = /^glp_(live|test)_([0-9A-Za-z]{12})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/u;
const BASE_62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 12;
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;

export type ApiKeyKind = 'live' | 'test';

export interface ApiKey {
  readonly kind: ApiKeyKind;
  /** Public part, by which the key is looked up and named in logs. */
  readonly id: string;
  /** The whole key: shown once, never stored. */
  readonly text: string;
}

/** A new key from the platform's secure random source; with `id` a new secret for the key of that id. */
export function createApiKey(kind: ApiKeyKind, id: string = randomBase62(ID_LENGTH)): ApiKey {
  const body = `glp_${kind}_${id}_${randomBase62(SECRET_LENGTH)}`;
  return { kind, id, text: body + checksum(body) };
}

/** The key that `text` is, or undefined where its form or checksum is wrong. Says nothing about whether it is known. */
export function parseApiKey(text: string): ApiKey | undefined {
  const [, kind, id, , sum] = KEY.exec(text) ?? [];
  if (kind === undefined || id === undefined || sum !== checksum(text.slice(0, -CHECKSUM_LENGTH)))
    return undefined;
  return { kind: kind as ApiKeyKind, id, text };
}

/** What is kept of a key: SHA-256, hex. The secret has 256 random bits, so a slow hash would add nothing. */
export function hashApiKey({ text }: ApiKey): Promise<string> {
  return sha256Hex(text);
}

function randomBase62(length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      // 248 = 4 · 62: bytes above would favour the first letters.
      if (byte < 248 && text.length < length) text += BASE_62.charAt(byte % 62);
    }
  }
  return text;
}

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let place = 0; place < CHECKSUM_LENGTH; place++) {
    digits = BASE_62.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

/** CRC-32 (ISO-HDLC) of an ASCII string. */
function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let at = 0; at < text.length; at++) {
    crc ^= text.charCodeAt(at);
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
