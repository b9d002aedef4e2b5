import type { DType } from '../checkpoint.ts';
import type { CheckpointError } from '../checkpoint-error.ts';
import { createJsonScanner, type JsonScanner } from './json-scanner.ts';

export interface SafetensorsEntry {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Where its bytes lie, counted from the end of the header. */
  readonly begin: number;
  readonly end: number;
}

const DTYPES: ReadonlyMap<string, DType> = new Map([
  ['F64', 'float64'],
  ['F32', 'float32'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['I64', 'int64'],
  ['I32', 'int32'],
  ['I16', 'int16'],
  ['I8', 'int8'],
  ['U8', 'uint8'],
  ['BOOL', 'bool'],
]);

const METADATA_KEY = '__metadata__';
/** Networks of the family have four dimensions at most; images over time have five. */
const MAX_RANK = 8;
/** OpenAI's CLIP has 302; each takes some 300 bytes of memory. */
const MAX_TENSORS = 65_536;
/** Writers put a handful of them; ten million would fit into a header. */
const MAX_METADATA_KEYS = 10_000;

/** Reads the JSON header as the closed grammar that it is; `error` takes an index of `bytes`. */
export function readHeader(
  bytes: Uint8Array,
  error: (at: number, reason: string) => CheckpointError,
): Map<string, SafetensorsEntry> {
  const scanner = createJsonScanner(bytes, error);
  const entries = new Map<string, SafetensorsEntry>();
  let hasMetadata = false;
  scanner.readObject((name) => {
    if (name === METADATA_KEY) {
      if (hasMetadata) throw scanner.error(`${METADATA_KEY} stands twice`);
      hasMetadata = true;
      readMetadata(scanner);
      return;
    }
    if (entries.has(name)) throw scanner.error(`tensor ${JSON.stringify(name)} stands twice`);
    if (entries.size >= MAX_TENSORS) throw scanner.error(`there are more than ${MAX_TENSORS} tensors`);
    entries.set(name, readEntry(scanner, name));
  });
  scanner.readEnd();
  return entries;
}

function readEntry(scanner: JsonScanner, name: string): SafetensorsEntry {
  const fail = (reason: string) => scanner.error(`tensor ${JSON.stringify(name)}: ${reason}`);
  let dtype: DType | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  scanner.readObject((key) => {
    if (key === 'dtype' && dtype === undefined) {
      const text = scanner.readString();
      dtype = DTYPES.get(text);
      if (dtype === undefined) throw fail(`has the unknown dtype ${JSON.stringify(text)}`);
    } else if (key === 'shape' && shape === undefined) {
      shape = scanner.readCounts(MAX_RANK);
    } else if (key === 'data_offsets' && offsets === undefined) {
      offsets = scanner.readCounts(2);
    } else {
      throw fail(`has the key ${JSON.stringify(key)}, which is unknown or stands twice`);
    }
  });
  const [begin, end] = offsets ?? [];
  if (dtype === undefined || shape === undefined || begin === undefined || end === undefined) {
    throw fail('lacks dtype, shape or two data_offsets');
  }
  if (end < begin) throw fail('ends before it begins');
  return { dtype, shape, begin, end };
}

/** Free text by key; of no use here, but it must be what the format says. */
function readMetadata(scanner: JsonScanner): void {
  const keys = new Set<string>();
  scanner.readObject((key) => {
    if (keys.has(key)) throw scanner.error(`${METADATA_KEY} has the key ${JSON.stringify(key)} twice`);
    if (keys.size >= MAX_METADATA_KEYS) {
      throw scanner.error(`${METADATA_KEY} has more than ${MAX_METADATA_KEYS} keys`);
    }
    keys.add(key);
    scanner.readString();
  });
}
