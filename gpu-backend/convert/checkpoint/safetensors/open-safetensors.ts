import { type Checkpoint, type CheckpointTensor, DTYPE_BYTES } from '../checkpoint.ts';
import type { FileReader } from '../file-reader.ts';
import { readHeader, type SafetensorsEntry } from './read-header.ts';

/*
 * safetensors: all offsets count from the end of the header.
 *   0  8  u64 little-endian, N
 *   8  N  JSON {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, …, "__metadata__"?: {…}}, spaces
 *   8+N   the tensors, row-major, without gaps or overlaps, to the end of the file
 * @see https://github.com/huggingface/safetensors#format
 */
const LENGTH_BYTES = 8;
/** The format's own limit. */
const MAX_HEADER_BYTES = 100_000_000;
/** Largest tensor; CLIP's token embedding, the family's largest, has 101 MB. */
const MAX_TENSOR_BYTES: number = 2 ** 31;

/** @throws CheckpointError */
export function openSafetensors(reader: FileReader): Checkpoint {
  const length = new DataView(reader.read(0, LENGTH_BYTES).buffer).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    throw reader.error(0, `the header has ${length} bytes; allowed are ${MAX_HEADER_BYTES}`);
  }
  const dataStart = LENGTH_BYTES + Number(length);
  if (dataStart > reader.sizeBytes)
    throw reader.error(0, `the header of ${length} bytes is longer than the file`);
  const header = reader.read(LENGTH_BYTES, Number(length));
  const entries = readHeader(header, (at, reason) => reader.error(LENGTH_BYTES + at, reason));
  checkCoverage(reader, entries, dataStart);
  const tensors = new Map<string, CheckpointTensor>();
  for (const [name, { dtype, shape, begin, end }] of entries) {
    tensors.set(name, { dtype, shape, read: () => reader.read(dataStart + begin, end - begin) });
  }
  return { file: reader.file, tensors, close: () => reader.close() };
}

/** Every byte after the header belongs to exactly one tensor, and each has as many as its shape needs. */
function checkCoverage(
  reader: FileReader,
  entries: ReadonlyMap<string, SafetensorsEntry>,
  dataStart: number,
): void {
  const sorted = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  for (const [name, { dtype, shape, begin, end }] of sorted) {
    const fail = (reason: string) =>
      reader.error(dataStart + position, `tensor ${JSON.stringify(name)}: ${reason}`);
    if (begin < position) throw fail(`overlaps with the one before it`);
    if (begin > position) throw fail(`${begin - position} bytes that belong to no tensor stand before it`);
    const needed = shape.reduce((product, size) => product * size, DTYPE_BYTES[dtype]);
    if (end - begin !== needed)
      throw fail(`has ${end - begin} bytes, but its shape and dtype need ${needed}`);
    if (needed > MAX_TENSOR_BYTES) throw fail(`has ${needed} bytes; allowed are ${MAX_TENSOR_BYTES}`);
    position = end;
  }
  const dataBytes = reader.sizeBytes - dataStart;
  if (position !== dataBytes) {
    throw reader.error(
      dataStart + Math.min(position, dataBytes),
      `the tensors take ${position} bytes, the file has ${dataBytes}`,
    );
  }
}
