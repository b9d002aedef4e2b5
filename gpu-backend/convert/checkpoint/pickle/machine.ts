import type { CheckpointError } from '../checkpoint-error.ts';
import type { ResolveGlobal } from './globals.ts';
import { MAX_MEMO, MAX_NODES, MAX_STACK } from './pickle-limits.ts';
import type { PickleBytes, PickleNode, PickleTuple, PickleValue, Storage } from './pickle-value.ts';

export interface PickleSource {
  readonly bytes: Uint8Array;
  /** Where the pickle begins in `bytes`. */
  readonly start: number;
  /** The error for something wrong at an index of `bytes`. */
  readonly error: (at: number, reason: string) => CheckpointError;
  readonly resolveGlobal: ResolveGlobal;
  /** Storage that a persistent id names; `fail` makes the error to throw. */
  readonly loadStorage: (id: PickleTuple, fail: (reason: string) => CheckpointError) => Storage;
}

/** The state of one unpickling: input, stack, marks and memo, each access checked. */
export class PickleMachine {
  readonly source: PickleSource;
  /** Next byte to be read. */
  position: number;
  /** Where the present opcode stands. */
  opcodeAt: number;
  protocol: number | undefined;
  frameEnd: number | undefined;
  /** Whether STOP was met. */
  stopped = false;
  readonly #view: DataView;
  readonly #stack: PickleValue[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  #nodeCount = 0;

  constructor(source: PickleSource) {
    const { buffer, byteOffset, byteLength } = source.bytes;
    this.source = source;
    this.position = source.start;
    this.opcodeAt = source.start;
    this.#view = new DataView(buffer, byteOffset, byteLength);
  }

  error(reason: string): CheckpointError {
    return this.source.error(this.opcodeAt, `pickle: ${reason}`);
  }

  /** Index of the next `length` bytes, which it skips. */
  advance(length: number): number {
    const at = this.position;
    if (at + length > this.source.bytes.length) throw this.error('ends within an opcode');
    this.position = at + length;
    return at;
  }

  readUint8(): number {
    return this.#view.getUint8(this.advance(1));
  }

  readUint16(): number {
    return this.#view.getUint16(this.advance(2), true);
  }

  readUint32(): number {
    return this.#view.getUint32(this.advance(4), true);
  }

  readInt32(): number {
    return this.#view.getInt32(this.advance(4), true);
  }

  /** A length; anything beyond the integers that a number can hold is told as infinite. */
  readUint64(): number {
    const value = this.#view.getBigUint64(this.advance(8), true);
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.POSITIVE_INFINITY : Number(value);
  }

  readFloat64(): number {
    return this.#view.getFloat64(this.advance(8), false);
  }

  push(value: PickleValue): void {
    if (this.#stack.length >= MAX_STACK) throw this.error(`the stack is deeper than ${MAX_STACK}`);
    this.#stack.push(value);
  }

  /** Pushes a value that takes memory of its own. */
  pushNode(node: PickleNode): void {
    this.#nodeCount++;
    if (this.#nodeCount > MAX_NODES) throw this.error(`builds more than ${MAX_NODES} objects`);
    this.push(node);
  }

  pop(): PickleValue {
    this.#requireAboveMark(1);
    return this.#stack.pop() as PickleValue;
  }

  popMany(count: number): PickleValue[] {
    this.#requireAboveMark(count);
    return this.#stack.splice(this.#stack.length - count);
  }

  top(): PickleValue {
    this.#requireAboveMark(1);
    return this.#stack[this.#stack.length - 1] as PickleValue;
  }

  mark(): void {
    if (this.#marks.length >= MAX_STACK) throw this.error(`more than ${MAX_STACK} marks stand open`);
    this.#marks.push(this.#stack.length);
  }

  popToMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.error('there is no mark');
    return this.#stack.splice(mark);
  }

  stop(): void {
    this.stopped = true;
  }

  /** The one value left at the end. */
  finish(): PickleValue {
    if (this.frameEnd !== undefined) throw this.error('STOP stands within a frame that goes on');
    if (this.#marks.length > 0) throw this.error('ends with an open mark');
    const result = this.pop();
    if (this.#stack.length > 0) throw this.error(`ends with ${this.#stack.length} values left on the stack`);
    return result;
  }

  memoise(index: number | undefined): void {
    const key = index ?? this.#memo.size;
    if (this.#memo.size >= MAX_MEMO) throw this.error(`memoises more than ${MAX_MEMO} values`);
    if (this.#memo.has(key)) throw this.error(`memo ${key} is written twice`);
    this.#memo.set(key, this.top());
  }

  recall(index: number): PickleValue {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.error(`memo ${index} is empty`);
    return value;
  }

  #requireAboveMark(count: number): void {
    const floor = this.#marks.at(-1) ?? 0;
    if (this.#stack.length - floor < count) throw this.error('the stack holds too few values');
  }
}

/** A copy, so that a small string of bytes does not keep the whole pickle in memory. */
export function copyBytes(bytes: Uint8Array): PickleBytes {
  return { kind: 'bytes', bytes: bytes.slice() };
}
