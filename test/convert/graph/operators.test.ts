import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import type { Value } from '../../../gpu-backend/convert/graph/graph.ts';
import {
  createGraphBuilder,
  type FloatType,
  type GraphBuilder,
} from '../../../gpu-backend/convert/graph/graph-builder.ts';
import {
  add,
  gemm,
  leakyRelu,
  mul,
  softmax,
} from '../../../gpu-backend/convert/graph/operators/arithmetic.ts';
import {
  argMax,
  cast,
  concat,
  dimension,
  expand,
  gatherOneOfEach,
  reshape,
  slice,
  split,
  transpose,
} from '../../../gpu-backend/convert/graph/operators/layout.ts';
import { resizeNearest } from '../../../gpu-backend/convert/graph/operators/resize-nearest.ts';
import { resizePicture } from '../../../gpu-backend/convert/graph/operators/resize-picture.ts';
import { goldenDefault } from '../../fixtures/golden-default.ts';
import { goldenJudge } from '../../fixtures/golden-judge.ts';
import { readNpy } from '../../fixtures/npy.ts';
import { maxAbsDifference } from '../../fixtures/numeric-distance.ts';
import { floats, runOnnx, valuesOf } from '../../fixtures/onnx-run.ts';

const range = (length: number): Float32Array => Float32Array.from({ length }, (_, index) => index);

/** Runs y = f(x) in onnxruntime; y has as many axes as x, unless told. */
async function compute(
  f: (graph: GraphBuilder, x: Value) => Value,
  values: Float32Array,
  shape: readonly number[],
  { floatType = 'float32', rank = shape.length }: { floatType?: FloatType; rank?: number } = {},
): Promise<{ values: number[]; shape: readonly number[] }> {
  const graph = createGraphBuilder('test', floatType);
  const x = graph.input(
    'x',
    'float32',
    shape.map((_, axis) => `axis${axis}`),
  );
  const axes = Array.from({ length: rank }, (_, axis) => `result${axis}`);
  graph.output('y', f(graph, cast(graph, x, floatType)), axes);
  const { y } = await runOnnx(graph.build(), { x: floats(values, shape) });
  return { values: [...valuesOf(y)], shape: y?.dims ?? [] };
}

describe('operators in onnxruntime', () => {
  it('add, mul and scalars', async () => {
    const y = await compute((g, x) => add(g, mul(g, x, g.scalar(2)), g.scalar(0.5)), range(3), [3]);
    expect(y.values).toEqual([0.5, 2.5, 4.5]);
  });

  it('leakyRelu and softmax', async () => {
    const leaky = await compute((g, x) => leakyRelu(g, x, 0.25), Float32Array.of(-4, 8), [2]);
    expect(leaky.values).toEqual([-1, 8]);
    const shares = await compute((g, x) => softmax(g, x), Float32Array.of(1, 1, 3, 3), [2, 2]);
    expect(shares.values).toEqual([0.5, 0.5, 0.5, 0.5]);
  });

  it('gemm multiplies by the weight as PyTorch stores it', async () => {
    const weight = { shape: [2, 3], read: () => Float32Array.of(1, 0, 0, 0, 10, 100) };
    const bias = { shape: [2], read: () => Float32Array.of(0.5, 0) };
    const y = await compute(
      (g, x) => gemm(g, x, g.weight('w', weight), g.weight('b', bias)),
      range(3),
      [1, 3],
    );
    expect(y).toEqual({ values: [0.5, 210], shape: [1, 2] });
  });

  it('split, transpose, slice, reshape and concat', async () => {
    const y = await compute(
      (g, x) => {
        const [left, right] = split(g, x, 2, 1) as [Value, Value];
        const turned = transpose(g, concat(g, [right, left], 1), [1, 0]);
        return reshape(g, slice(g, turned, [1], [4], [0]), [-1]);
      },
      range(8),
      [2, 4],
      { rank: 1 },
    );
    // Columns 3, 0, 1 of the two rows.
    expect(y).toEqual({ values: [3, 7, 0, 4, 1, 5], shape: [6] });
  });

  it('expand to the batch of another value', async () => {
    const y = await compute(
      (g, x) => expand(g, g.scalar(7), concat(g, [dimension(g, x, 0), g.ints([2])], 0)),
      range(3),
      [3, 1],
    );
    expect(y).toEqual({ values: [7, 7, 7, 7, 7, 7], shape: [3, 2] });
  });

  it('argMax finds the first of equals, gatherOneOfEach picks by it', async () => {
    const graph = createGraphBuilder('test', 'float32');
    const ids = graph.input('ids', 'int64', ['n', 'l']);
    const x = graph.input('x', 'float32', ['n', 'l', 1]);
    graph.output('y', gatherOneOfEach(graph, x, argMax(graph, ids, 1)), ['n', 1]);
    const { y } = await runOnnx(graph.build(), {
      ids: new Tensor('int64', BigInt64Array.of(1n, 9n, 9n, 9n, 0n, 9n), [2, 3]),
      x: floats(range(6), [2, 3, 1]),
    });
    expect([...valuesOf(y)]).toEqual([1, 3]);
  });

  it.each([
    [7, 8],
    [8, 8],
    [8, 16],
    [14, 8],
    [64, 100],
    [128, 224],
    [256, 448],
  ])('resizeNearest %i → %i takes ⌊target · from / to⌋, as PyTorch', async (from, to) => {
    const y = await compute((g, x) => resizeNearest(g, x, from, to), range(from * from), [1, 1, from, from]);
    const source = (target: number): number => Math.floor((target * from) / to);
    const expected = Array.from(
      { length: to * to },
      (_, at) => source(Math.floor(at / to)) * from + source(at % to),
    );
    expect(y).toEqual({ values: expected, shape: [1, 1, to, to] });
  });

  it('computes in float16 behind float32 inputs and outputs', async () => {
    const y = await compute((g, x) => mul(g, x, g.scalar(1)), Float32Array.of(1 / 3, 2049), [2], {
      floatType: 'float16',
    });
    expect(y.values).toEqual([...new Float16Array([1 / 3, 2049])]);
  });
});

describe('resizePicture', () => {
  it.each([
    ['enlarges', 'enlarged', 48],
    ['reduces', 'reduced', 64],
  ] as const)('%s as PyTorch does, antialiased', async (_, name, from) => {
    const { data, shape } = goldenJudge(name);
    const image = readNpy<Float32Array>(goldenDefault('image.npy'));
    const margin = (64 - from) / 2;
    const pixels = image.data
      .subarray(0, 3 * 64 * 64)
      .map((value) => Math.min(1, Math.max(0, (value + 1) / 2)))
      .filter((_value, at) =>
        [Math.floor(at / 64) % 64, at % 64].every((place) => place >= margin && place < 64 - margin),
      );
    const [, , size = 0] = shape;
    const y = await compute((g, x) => resizePicture(g, x, from, size), pixels, [1, 3, from, from]);
    expect(y.shape).toEqual(shape);
    expect(maxAbsDifference(y.values, data)).toBeLessThanOrEqual(1e-5);
  });
});
