import type { Attribute, ElementType, Graph, Initialiser, Node, Terminal } from '../graph/graph.ts';
import { elementCount } from '../graph/tensors/float-tensor.ts';
import {
  floatField,
  intField,
  lazyBytesField,
  type Message,
  message,
  messageField,
  stringField,
} from './protobuf.ts';

/** ONNX 1.13: LayerNormalization (17) and Resize with axes (18) exist; every onnxruntime since 1.14 knows it. */
const IR_VERSION = 8;
const OPSET_VERSION = 18;
/** Of onnxruntime's own operators, never changed since there are any. */
const CONTRIB_VERSION = 1;
const PRODUCER = 'galip-edge';

const ELEMENT: Readonly<Record<ElementType, { code: number; sizeBytes: number }>> = {
  float32: { code: 1, sizeBytes: 4 },
  uint8: { code: 2, sizeBytes: 1 },
  int8: { code: 3, sizeBytes: 1 },
  int32: { code: 6, sizeBytes: 4 },
  int64: { code: 7, sizeBytes: 8 },
  float16: { code: 10, sizeBytes: 2 },
};

/**
 * A graph as ONNX's `ModelProto`; weights are read only as the message is written. Equal graphs give equal bytes.
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto for the field numbers
 */
export function encodeModel(graph: Graph): Message {
  const domains = new Set(graph.nodes.flatMap(({ domain }) => domain ?? []));
  return message(
    intField(1, IR_VERSION),
    stringField(2, PRODUCER),
    messageField(7, encodeGraph(graph)),
    messageField(8, message(stringField(1, ''), intField(2, OPSET_VERSION))),
    ...[...domains].map((domain) =>
      messageField(8, message(stringField(1, domain), intField(2, CONTRIB_VERSION))),
    ),
  );
}

function encodeGraph({ name, nodes, initialisers, inputs, outputs }: Graph): Message {
  return message(
    ...nodes.map((node) => messageField(1, encodeNode(node))),
    stringField(2, name),
    ...initialisers.map((initialiser) => messageField(5, encodeTensor(initialiser))),
    ...inputs.map((input) => messageField(11, encodeTerminal(input))),
    ...outputs.map((output) => messageField(12, encodeTerminal(output))),
  );
}

function encodeNode({ op, domain, name, inputs, outputs, attributes }: Node): Message {
  return message(
    ...inputs.map((input) => stringField(1, input)),
    ...outputs.map((output) => stringField(2, output)),
    stringField(3, name),
    stringField(4, op),
    ...Object.entries(attributes).map(([key, value]) => messageField(5, encodeAttribute(key, value))),
    ...(domain === undefined ? [] : [stringField(7, domain)]),
  );
}

function encodeAttribute(name: string, value: Attribute): Message {
  const [type, ...fields] = attributeFields(value);
  return message(stringField(1, name), ...fields, intField(20, type));
}

function attributeFields(value: Attribute): [type: number, ...Message[]] {
  if ('float' in value) return [1, floatField(2, value.float)];
  if ('int' in value) return [2, intField(3, value.int)];
  if ('string' in value) return [3, stringField(4, value.string)];
  return [7, ...value.ints.map((int) => intField(8, int))];
}

function encodeTensor({ name, type, shape, read }: Initialiser): Message {
  const { code, sizeBytes } = ELEMENT[type];
  return message(
    ...shape.map((length) => intField(1, length)),
    intField(2, code),
    stringField(8, name),
    lazyBytesField(9, elementCount(shape) * sizeBytes, read),
  );
}

function encodeTerminal({ name, type, shape }: Terminal): Message {
  const dimensions = shape.map((length) =>
    messageField(1, typeof length === 'number' ? intField(1, length) : stringField(2, length)),
  );
  const tensorType = message(intField(1, ELEMENT[type].code), messageField(2, message(...dimensions)));
  return message(stringField(1, name), messageField(2, message(messageField(1, tensorType))));
}
