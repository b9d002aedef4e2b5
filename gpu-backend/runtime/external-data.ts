/**
 * Fields of onnx.proto that lead to a tensor, by message: field number → message inside. Everything else is skipped
 * unread, so the walk costs microseconds even where weights are hundreds of megabytes.
 *
 * | message   | fields                                                        |
 * |-----------|---------------------------------------------------------------|
 * | Model     | 7 graph, 25 functions                                         |
 * | Graph     | 1 node, 5 initializer, 15 sparse_initializer                  |
 * | Function  | 7 node, 11 attribute_proto                                    |
 * | Node      | 5 attribute                                                   |
 * | Attribute | 5 t, 6 g, 10 tensors, 11 graphs, 22 sparse_tensor, 23 …_tensors |
 * | Sparse    | 1 values, 2 indices                                           |
 * | Tensor    | 13 external_data, 14 data_location (1 = external)             |
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
const CHILDREN = {
  Model: { 7: 'Graph', 25: 'Function' },
  Graph: { 1: 'Node', 5: 'Tensor', 15: 'Sparse' },
  Function: { 7: 'Node', 11: 'Attribute' },
  Node: { 5: 'Attribute' },
  Attribute: { 5: 'Tensor', 6: 'Graph', 10: 'Tensor', 11: 'Graph', 22: 'Sparse', 23: 'Sparse' },
  Sparse: { 1: 'Tensor', 2: 'Tensor' },
  Tensor: {},
} as const satisfies Record<string, Record<number, string>>;

type Message = keyof typeof CHILDREN;

const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;

/** Wire types of protobuf. */
const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/**
 * True when any tensor of the ONNX model keeps its data in another file: such a model could read any file of the
 * machine, and its digest would not cover what it computes.
 * @throws RangeError when the bytes are not a protobuf message.
 */
export function hasExternalData(model: Uint8Array): boolean {
  return contains(model, 'Model');
}

function contains(bytes: Uint8Array, message: Message): boolean {
  const children: Readonly<Record<number, Message>> = CHILDREN[message];
  let at = 0;

  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError(`not a protobuf ${message}: bad varint at byte ${at}`);
  };

  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    switch (tag % 8) {
      case VARINT:
        if (varint() !== 0 && message === 'Tensor' && field === DATA_LOCATION) return true;
        break;
      case FIXED_64:
        at += 8;
        break;
      case LENGTH_DELIMITED: {
        const end = varint() + at;
        if (end > bytes.length)
          throw new RangeError(`not a protobuf ${message}: field ${field} ends outside`);
        if (message === 'Tensor' && field === EXTERNAL_DATA) return true;
        const child = children[field];
        if (child && contains(bytes.subarray(at, end), child)) return true;
        at = end;
        break;
      }
      case FIXED_32:
        at += 4;
        break;
      default:
        throw new RangeError(`not a protobuf ${message}: wire type ${tag % 8} at byte ${at}`);
    }
  }
  return false;
}
