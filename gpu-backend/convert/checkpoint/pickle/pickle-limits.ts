/** Longest object pickle. A tensor takes some 200 bytes in it: an official checkpoint with both optimisers is far below 1 MB. */
export const MAX_PICKLE_BYTES: number = 16 * 2 ** 20;

/** A tensor takes some 40 opcodes: room for 25,000 tensors, in a second. */
export const MAX_OPCODES = 1_000_000;

/** Dictionaries, lists, tuples and tensors; each takes up to 250 bytes of memory. A tensor takes five. */
export const MAX_NODES = 250_000;

/** Python memoises at most once an opcode; half of them at most do. */
export const MAX_MEMO = 500_000;

/** Python flushes a list or dictionary each 1,000 items; TorchScript doesn't flush at all. */
export const MAX_STACK = 65_536;

/** Keys have below 200 bytes; the source code that legacy files may carry along is longer. */
export const MAX_STRING_BYTES: number = 2 ** 20;

/** Module or name of a global; TorchScript mangles deep class paths to some 100 bytes. */
export const MAX_GLOBAL_BYTES = 512;

/** Integers beyond 64 bits are but the legacy magic number, of 10 bytes. */
export const MAX_INTEGER_BYTES = 16;
