/**
 * Protocol Buffers wire format, as much of it as ONNX needs:
 *
 *   field  = tag, payload            tag = varint(number << 3 | wire type)
 *   varint = 7 bits a byte, low first, high bit set on all but the last   (wire type 0)
 *   fixed32 = 4 bytes, little-endian                                        (wire type 5)
 *   bytes, string, message = varint(length), payload                        (wire type 2)
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */

/** Bytes that are there, or that are made when their turn comes to be written. */
export type Piece = Uint8Array | { readonly sizeBytes: number; read(): Uint8Array };

/** An encoded message: its size is known before any lazy piece of it is read. */
export interface Message {
  readonly sizeBytes: number;
  readonly pieces: readonly Piece[];
}

export function message(...fields: readonly Message[]): Message {
  return {
    sizeBytes: fields.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    pieces: fields.flatMap(({ pieces }) => pieces),
  };
}

/** Integers of any sign; negative ones take ten bytes, as in protobuf's int64. */
export function intField(number: number, value: number): Message {
  return bytesMessage([...varint(number << 3), ...varint(value)]);
}

export function floatField(number: number, value: number): Message {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return bytesMessage([...varint((number << 3) | 5), ...bytes]);
}

export function stringField(number: number, text: string): Message {
  const bytes = new TextEncoder().encode(text);
  return delimited(number, bytes.length, [bytes]);
}

export function messageField(number: number, { sizeBytes, pieces }: Message): Message {
  return delimited(number, sizeBytes, pieces);
}

export function lazyBytesField(number: number, sizeBytes: number, read: () => Uint8Array): Message {
  return delimited(number, sizeBytes, [{ sizeBytes, read }]);
}

function delimited(number: number, sizeBytes: number, pieces: readonly Piece[]): Message {
  const head = Uint8Array.from([...varint((number << 3) | 2), ...varint(sizeBytes)]);
  return { sizeBytes: head.length + sizeBytes, pieces: [head, ...pieces] };
}

function bytesMessage(bytes: readonly number[]): Message {
  return { sizeBytes: bytes.length, pieces: [Uint8Array.from(bytes)] };
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}
