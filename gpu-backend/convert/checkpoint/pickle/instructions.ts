import { applyBuild, applyNewObject, applyReduce } from './apply.ts';
import { append, setItems } from './containers.ts';
import { startFrame, startProtocol } from './framing.ts';
import { readInteger, readSlice, readText } from './literals.ts';
import { copyBytes, type PickleMachine } from './machine.ts';
import { pushGlobal, pushPersistent, pushStackGlobal, readLine } from './outside-references.ts';

export interface Instruction {
  readonly name: string;
  /** The pickle protocol that brought it. */
  readonly protocol: number;
  readonly run: (machine: PickleMachine) => void;
}

/**
 * The opcodes that torch's two picklers (Python's for `torch.save`, C++'s for TorchScript) write, with the protocol that
 * brought each. Any other byte is refused.
 *
 *   byte  name              argument                     byte  name              argument
 *   28 (  MARK              –                            88 X  BINUNICODE        u32 length, UTF-8
 *   2e .  STOP              –                            8a    LONG1             u8 length, two's complement
 *   42 B  BINBYTES          u32 length, bytes            8b    LONG4             i32 length, two's complement
 *   43 C  SHORT_BINBYTES    u8 length, bytes             8c    SHORT_BINUNICODE  u8 length, UTF-8
 *   47 G  BINFLOAT          f64 big-endian               8d    BINUNICODE8       u64 length, UTF-8
 *   4a J  BININT            i32                          8e    BINBYTES8         u64 length, bytes
 *   4b K  BININT1           u8                           93    STACK_GLOBAL      –
 *   4d M  BININT2           u16                          94    MEMOIZE           –
 *   4e N  NONE              –                            95    FRAME             u64 length
 *   51 Q  BINPERSID         –                            (         empty: 29 ) tuple, 5d ] list, 7d } dict
 *   52 R  REDUCE            –                            85 86 87  TUPLE1 TUPLE2 TUPLE3;  74 t  TUPLE
 *   54 T  BINSTRING         i32 length, bytes            61 a  APPEND    65 e  APPENDS
 *   55 U  SHORT_BINSTRING   u8 length, bytes             73 s  SETITEM   75 u  SETITEMS
 *   62 b  BUILD             –                            68 h  BINGET  u8     6a j  LONG_BINGET  u32
 *   63 c  GLOBAL            two lines                    71 q  BINPUT  u8     72 r  LONG_BINPUT  u32
 *   80    PROTO             u8                           81    NEWOBJ    88 NEWTRUE    89 NEWFALSE
 *
 * Integers are little-endian. @see https://github.com/python/cpython/blob/3.11/Lib/pickletools.py
 */
const TABLE: readonly (readonly [
  byte: number,
  name: string,
  protocol: number,
  run: (machine: PickleMachine) => void,
])[] = [
  [0x80, 'PROTO', 2, startProtocol],
  [0x95, 'FRAME', 4, startFrame],
  [0x2e, 'STOP', 0, (machine) => machine.stop()],

  [0x4e, 'NONE', 0, (machine) => machine.push(null)],
  [0x88, 'NEWTRUE', 2, (machine) => machine.push(true)],
  [0x89, 'NEWFALSE', 2, (machine) => machine.push(false)],
  [0x4a, 'BININT', 1, (machine) => machine.push(machine.readInt32())],
  [0x4b, 'BININT1', 1, (machine) => machine.push(machine.readUint8())],
  [0x4d, 'BININT2', 1, (machine) => machine.push(machine.readUint16())],
  [0x47, 'BINFLOAT', 1, (machine) => machine.push(machine.readFloat64())],
  [0x8a, 'LONG1', 2, (machine) => machine.push(readInteger(machine, machine.readUint8()))],
  [0x8b, 'LONG4', 2, (machine) => machine.push(readInteger(machine, machine.readInt32()))],

  [0x58, 'BINUNICODE', 1, (machine) => machine.push(readText(machine, machine.readUint32()))],
  [0x8c, 'SHORT_BINUNICODE', 4, (machine) => machine.push(readText(machine, machine.readUint8()))],
  [0x8d, 'BINUNICODE8', 4, (machine) => machine.push(readText(machine, machine.readUint64()))],
  [0x54, 'BINSTRING', 1, (machine) => machine.push(readText(machine, machine.readInt32()))],
  [0x55, 'SHORT_BINSTRING', 1, (machine) => machine.push(readText(machine, machine.readUint8()))],
  [0x42, 'BINBYTES', 3, (machine) => machine.pushNode(copyBytes(readSlice(machine, machine.readUint32())))],
  [
    0x43,
    'SHORT_BINBYTES',
    3,
    (machine) => machine.pushNode(copyBytes(readSlice(machine, machine.readUint8()))),
  ],
  [0x8e, 'BINBYTES8', 4, (machine) => machine.pushNode(copyBytes(readSlice(machine, machine.readUint64())))],

  [0x28, 'MARK', 0, (machine) => machine.mark()],
  [0x29, 'EMPTY_TUPLE', 1, (machine) => machine.pushNode({ kind: 'tuple', items: [] })],
  [0x74, 'TUPLE', 0, (machine) => machine.pushNode({ kind: 'tuple', items: machine.popToMark() })],
  [0x85, 'TUPLE1', 2, (machine) => machine.pushNode({ kind: 'tuple', items: machine.popMany(1) })],
  [0x86, 'TUPLE2', 2, (machine) => machine.pushNode({ kind: 'tuple', items: machine.popMany(2) })],
  [0x87, 'TUPLE3', 2, (machine) => machine.pushNode({ kind: 'tuple', items: machine.popMany(3) })],
  [0x5d, 'EMPTY_LIST', 1, (machine) => machine.pushNode({ kind: 'list', items: [] })],
  [0x61, 'APPEND', 0, (machine) => append(machine, machine.popMany(1))],
  [0x65, 'APPENDS', 1, (machine) => append(machine, machine.popToMark())],
  [
    0x7d,
    'EMPTY_DICT',
    1,
    (machine) => machine.pushNode({ kind: 'dict', ordered: false, entries: new Map() }),
  ],
  [0x73, 'SETITEM', 0, (machine) => setItems(machine, machine.popMany(2))],
  [0x75, 'SETITEMS', 1, (machine) => setItems(machine, machine.popToMark())],

  [0x71, 'BINPUT', 1, (machine) => machine.memoise(machine.readUint8())],
  [0x72, 'LONG_BINPUT', 1, (machine) => machine.memoise(machine.readUint32())],
  [0x94, 'MEMOIZE', 4, (machine) => machine.memoise(undefined)],
  [0x68, 'BINGET', 1, (machine) => machine.push(machine.recall(machine.readUint8()))],
  [0x6a, 'LONG_BINGET', 1, (machine) => machine.push(machine.recall(machine.readUint32()))],

  [0x63, 'GLOBAL', 0, (machine) => pushGlobal(machine, readLine(machine), readLine(machine))],
  [0x93, 'STACK_GLOBAL', 4, pushStackGlobal],
  [0x51, 'BINPERSID', 1, pushPersistent],
  [0x52, 'REDUCE', 0, applyReduce],
  [0x81, 'NEWOBJ', 2, applyNewObject],
  [0x62, 'BUILD', 0, applyBuild],
];

/** What each allowed byte does to the machine. */
export const INSTRUCTIONS: ReadonlyMap<number, Instruction> = new Map(
  TABLE.map(([byte, name, protocol, run]) => [byte, { name, protocol, run }]),
);
