import { sha256Hex } from '../../gpu-backend/contract/hex.ts';
import { repeatedField } from '../requests/repeated-field.ts';

const SCHEME = 'request/1';

/**
 * Tells requests apart: SHA-256, hex, of method, path with query, and body. Two spellings of the same JSON (order of
 * keys, white space) are the same request; a body that is no JSON counts by its text.
 */
export function requestHashOf(method: string, pathAndQuery: string, body: string): Promise<string> {
  return sha256Hex(JSON.stringify([SCHEME, method, pathAndQuery, ...canonicalOf(body)]));
}

/** Texts that say which form they are in, so that none is taken for another. */
function canonicalOf(body: string): readonly [form: 'json' | 'text', text: string] {
  try {
    const value: unknown = JSON.parse(body);
    // With a field that stands twice it is refused, and no spelling of what is not.
    if (repeatedField(body) === undefined) return ['json', JSON.stringify(sortKeys(value))];
  } catch {
    // Not JSON, or nested deeper than the stack: no route takes either.
  }
  return ['text', body];
}

/** The value with the keys of every object in order of code units, as in RFC 8785. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  // Pairs: as an object's key `__proto__` would be lost, and numbers would come first.
  return { pairs: entries.map(([key, member]) => [key, sortKeys(member)]) };
}
