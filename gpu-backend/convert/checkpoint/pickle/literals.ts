import type { PickleMachine } from './machine.ts';
import { MAX_INTEGER_BYTES, MAX_STRING_BYTES } from './pickle-limits.ts';

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function readSlice(
  machine: PickleMachine,
  length: number,
  limit: number = MAX_STRING_BYTES,
): Uint8Array {
  if (length < 0) throw machine.error(`a length is negative: ${length}`);
  if (length > limit) throw machine.error(`a string of ${length} bytes; allowed are ${limit}`);
  const at = machine.advance(length);
  return machine.source.bytes.subarray(at, at + length);
}

export function readText(machine: PickleMachine, length: number): string {
  const bytes = readSlice(machine, length);
  try {
    return DECODER.decode(bytes);
  } catch {
    throw machine.error('a string is not valid UTF-8');
  }
}

export function readInteger(machine: PickleMachine, length: number): number | bigint {
  const bytes = readSlice(machine, length, MAX_INTEGER_BYTES);
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  value = BigInt.asIntN(8 * length, value);
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}
