import { describe, expect, it } from 'vitest';
import type { Graph, Value } from '../../../gpu-backend/convert/graph/graph.ts';
import { createGraphBuilder, type GraphBuilder } from '../../../gpu-backend/convert/graph/graph-builder.ts';
import {
  add,
  conv,
  leakyRelu,
  mul,
  softmax,
} from '../../../gpu-backend/convert/graph/operators/arithmetic.ts';
import { unsqueeze } from '../../../gpu-backend/convert/graph/operators/layout.ts';
import { resizeNearest } from '../../../gpu-backend/convert/graph/operators/resize-nearest.ts';
import type { FloatTensor } from '../../../gpu-backend/convert/graph/tensors/float-tensor.ts';
import { hoist } from '../../../gpu-backend/convert/passes/hoist.ts';
import { floats, runOnnx, valuesOf } from '../../fixtures/onnx-run.ts';

const CHANNELS = 2;
const EDGE = 3;

const ramp = (...shape: number[]): FloatTensor => ({
  shape,
  read: () => Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, at) => Math.sin(at + 1)),
});

/** f of x enlarged to twice its edge, and of a value `[N, C]` for all pixels of a channel. */
function graphOf(f: (graph: GraphBuilder, x: Value, perChannel: Value) => Value): Graph {
  const graph = createGraphBuilder('test', 'float32');
  const x = graph.input('x', 'float32', ['n', CHANNELS, EDGE, EDGE]);
  const perChannel = unsqueeze(graph, graph.input('c', 'float32', ['n', CHANNELS]), [2, 3]);
  graph.output('y', f(graph, resizeNearest(graph, x, EDGE, 2 * EDGE), perChannel), ['n', 'c', 'h', 'w']);
  return graph.build();
}

const CASES: readonly [string, boolean, (graph: GraphBuilder, x: Value, perChannel: Value) => Value][] = [
  ['activations', true, (graph, x) => leakyRelu(graph, x, 0.2)],
  ['a value a channel', true, (graph, x, c) => mul(graph, add(graph, x, c), graph.scalar(3))],
  ['a constant a channel', true, (graph, x) => add(graph, x, graph.weight('k', ramp(1, CHANNELS, 1, 1)))],
  [
    '1×1 convolutions',
    true,
    (graph, x) => conv(graph, x, graph.weight('w', ramp(4, CHANNELS, 1, 1)), undefined),
  ],
  [
    '3×3 convolutions',
    false,
    (graph, x) => conv(graph, x, graph.weight('w', ramp(4, CHANNELS, 3, 3)), undefined),
  ],
  [
    '1×1 convolutions with a border',
    false,
    (graph, x) => conv(graph, x, graph.weight('w', ramp(4, CHANNELS, 1, 1)), undefined, { padding: 1 }),
  ],
  [
    '1×1 convolutions that skip',
    false,
    (graph, x) => conv(graph, x, graph.weight('w', ramp(4, CHANNELS, 1, 1)), undefined, { stride: 2 }),
  ],
  ['softmax over a row', false, (graph, x) => softmax(graph, x)],
  ['a value a pixel', false, (graph, x) => mul(graph, x, graph.weight('k', ramp(1, 1, 2 * EDGE, 2 * EDGE)))],
  ['the sum of two maps', false, (graph, x) => add(graph, x, leakyRelu(graph, x, 0.2))],
];

describe('hoist', () => {
  it.each(CASES)('%s: moved before Resize: %s', async (_, isMoved, f) => {
    const graph = graphOf(f);
    const hoisted = hoist(graph);
    const last = hoisted.nodes.find(({ outputs }) => outputs[0] === hoisted.nodes.at(-1)?.inputs[0]);
    expect(last?.op === 'Resize').toBe(isMoved);
    const feeds = {
      x: floats(ramp(2, CHANNELS, EDGE, EDGE).read(), [2, CHANNELS, EDGE, EDGE]),
      c: floats(ramp(2, CHANNELS).read(), [2, CHANNELS]),
    };
    const [expected, made] = await Promise.all([runOnnx(graph, feeds), runOnnx(hoisted, feeds)]);
    expect(made.y?.dims).toEqual(expected.y?.dims);
    expect([...valuesOf(made.y)]).toEqual([...valuesOf(expected.y)]);
  });
});
