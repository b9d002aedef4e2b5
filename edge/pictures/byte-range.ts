/** First and last byte, both included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

const SINGLE_RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/u;

/**
 * The part that a `Range` header asks for of `sizeBytes` bytes (RFC 9110 §14.1.2). Undefined: the header is absent,
 * malformed or names several ranges, and the whole is answered as if it were not there.
 */
export function parseRange(
  header: string | undefined,
  sizeBytes: number,
): ByteRange | 'unsatisfiable' | undefined {
  const [, from = '', to = ''] = SINGLE_RANGE.exec(header ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  const end = sizeBytes - 1;
  if (from === '') {
    const length = Math.min(Number(to), sizeBytes);
    return length === 0 ? 'unsatisfiable' : { first: sizeBytes - length, last: end };
  }
  const first = Number(from);
  const last = to === '' ? end : Number(to);
  if (last < first && to !== '') return undefined;
  return first > end ? 'unsatisfiable' : { first, last: Math.min(last, end) };
}
