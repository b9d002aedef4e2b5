import { describe, expect, it } from 'vitest';
import type { Graph, Value } from '../../../gpu-backend/convert/graph/graph.ts';
import { createGraphBuilder, type GraphBuilder } from '../../../gpu-backend/convert/graph/graph-builder.ts';
import { float32Initialiser } from '../../../gpu-backend/convert/graph/initialiser.ts';
import { conv } from '../../../gpu-backend/convert/graph/operators/arithmetic.ts';
import { resizeNearest } from '../../../gpu-backend/convert/graph/operators/resize-nearest.ts';
import type { FloatTensor } from '../../../gpu-backend/convert/graph/tensors/float-tensor.ts';
import { polyphaseConv } from '../../../gpu-backend/convert/passes/polyphase-conv.ts';
import { createElements } from '../../fixtures/checkpoints/random-elements.ts';
import { parameter } from '../../fixtures/checkpoints/tensor-spec.ts';
import { maxAbsDifference } from '../../fixtures/numeric-distance.ts';
import { floats, runOnnx, valuesOf } from '../../fixtures/onnx-run.ts';

const FROM_CHANNELS = 3;
const TO_CHANNELS = 2;

function random(seed: number, ...shape: number[]): FloatTensor {
  const { buffer, byteOffset, byteLength } = createElements(seed)(parameter('x', shape, { normal: 1 }));
  const values = new Float32Array(buffer, byteOffset, byteLength / 4);
  return { shape, read: () => new Float32Array(values) };
}

const KERNEL: FloatTensor = random(1, TO_CHANNELS, FROM_CHANNELS, 3, 3);
const BIAS: FloatTensor = random(2, TO_CHANNELS);

function graphOf(f: (graph: GraphBuilder, x: Value, bias: Value) => Value): Graph {
  const graph = createGraphBuilder('test', 'float32');
  const x = graph.input('x', 'float32', ['n', FROM_CHANNELS, 'h', 'w']);
  graph.output('y', f(graph, x, graph.weight('bias', BIAS)), ['n', TO_CHANNELS, 'h2', 'w2']);
  return graph.build();
}

describe('polyphaseConv is the padded 3×3 convolution of the map enlarged', () => {
  it.each([
    [1, 2],
    [2, 4],
    [7, 8],
    [7, 14],
    [5, 15],
    [4, 7],
    [8, 14],
    [3, 5],
    [6, 10],
    [10, 11],
    [16, 28],
  ])('%i → %i', async (from, to) => {
    const plain = graphOf((graph, x, bias) =>
      conv(graph, resizeNearest(graph, x, from, to), graph.weight('kernel', KERNEL), bias, { padding: 1 }),
    );
    const kernel = { ...float32Initialiser('kernel', KERNEL), tensor: KERNEL };
    const split = graphOf((graph, x, bias) => polyphaseConv(graph, x, { kernel, bias, from, to }));
    const shape = [3, FROM_CHANNELS, from, from];
    const x = floats(random(3, ...shape).read(), shape);
    const [expected, made] = await Promise.all([runOnnx(plain, { x }), runOnnx(split, { x })]);
    expect(made.y?.dims).toEqual([3, TO_CHANNELS, to, to]);
    expect(maxAbsDifference(valuesOf(made.y), valuesOf(expected.y))).toBeLessThanOrEqual(1e-5);
  });
});
