import type { CheckpointError } from '../checkpoint-error.ts';

/**
 * Reads the few forms of JSON that a safetensors header has, straight from its bytes: `JSON.parse` would keep the last of
 * two equal keys in silence, and takes ten times the memory.
 */
export interface JsonScanner {
  /** Calls `readValue` with each key; it must read the value. */
  readObject(readValue: (key: string) => void): void;
  readString(): string;
  /** A list of at most `maxLength` non-negative integers below 2^53. */
  readCounts(maxLength: number): number[];
  /** Nothing but white space may follow. */
  readEnd(): void;
  /** The error for where the scanner stands. */
  error(reason: string): CheckpointError;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Tensor names are below 200 bytes; metadata may hold a licence or a training configuration. */
const MAX_STRING_BYTES: number = 2 ** 20;
/** 2^53 has 16 digits. */
const MAX_DIGITS = 16;

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function createJsonScanner(
  bytes: Uint8Array,
  error: (at: number, reason: string) => CheckpointError,
): JsonScanner {
  let at = 0;

  const fail = (reason: string) => error(at, `header: ${reason}`);

  function skipSpace(): void {
    while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at++;
  }

  /** Whether the next sign is `sign`; then it is skipped. */
  function take(sign: string): boolean {
    skipSpace();
    if (bytes[at] !== sign.charCodeAt(0)) return false;
    at++;
    return true;
  }

  function expect(sign: string): void {
    if (!take(sign)) throw fail(`${sign} is missing here`);
  }

  function readString(): string {
    expect('"');
    const start = at - 1;
    while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
    at++;
    if (at > bytes.length) throw fail('a string does not end');
    if (at - start > MAX_STRING_BYTES) throw fail(`a string is longer than ${MAX_STRING_BYTES} bytes`);
    const text = parseString(bytes.subarray(start, at));
    if (text === undefined) throw fail('a string is not valid JSON in UTF-8');
    return text;
  }

  function readCount(): number {
    skipSpace();
    const start = at;
    while (at - start <= MAX_DIGITS && isDigit(bytes[at])) at++;
    const text = DECODER.decode(bytes.subarray(start, at));
    if (!/^(0|[1-9]\d*)$/.test(text) || !Number.isSafeInteger(Number(text))) {
      throw fail('a count is not a non-negative integer below 2^53');
    }
    return Number(text);
  }

  return {
    readObject(readValue) {
      expect('{');
      if (take('}')) return;
      do {
        const key = readString();
        expect(':');
        readValue(key);
      } while (take(','));
      expect('}');
    },
    readString,
    readCounts(maxLength) {
      expect('[');
      const counts: number[] = [];
      if (take(']')) return counts;
      do {
        if (counts.length >= maxLength) throw fail(`a list has more than ${maxLength} items`);
        counts.push(readCount());
      } while (take(','));
      expect(']');
      return counts;
    },
    readEnd() {
      skipSpace();
      if (at !== bytes.length) throw fail('something follows its end');
    },
    error: fail,
  };
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function parseString(quoted: Uint8Array): string | undefined {
  try {
    const text: unknown = JSON.parse(DECODER.decode(quoted));
    return typeof text === 'string' && text.isWellFormed() ? text : undefined;
  } catch {
    return undefined;
  }
}
