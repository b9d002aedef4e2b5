import { describe, expect, it } from 'vitest';
import { createGraphBuilder } from '../../../gpu-backend/convert/graph/graph-builder.ts';
import { PrecisionError } from '../../../gpu-backend/convert/graph/initialiser.ts';
import { add } from '../../../gpu-backend/convert/graph/operators/arithmetic.ts';

const weight = (...values: number[]): { shape: number[]; read(): Float32Array<ArrayBuffer> } => ({
  shape: [values.length],
  read: () => Float32Array.from(values),
});

describe('createGraphBuilder', () => {
  it('makes equal constants one', () => {
    const graph = createGraphBuilder('test', 'float32');
    const names = [
      graph.ints([1, 2]),
      graph.ints([1, 2]),
      graph.scalar(2),
      graph.scalar(2),
      graph.int(2),
      graph.ints([2]),
    ];
    expect(new Set(names.map(({ name }) => name)).size).toBe(4);
    expect(graph.build().initialisers).toHaveLength(4);
  });

  it('refuses a weight that stands there already', () => {
    const graph = createGraphBuilder('test', 'float32');
    graph.weight('w', weight(1));
    expect(() => graph.weight('w', weight(2))).toThrow('weight w stands twice');
  });

  it('gives a graph that later nodes do not change', () => {
    const graph = createGraphBuilder('test', 'float32');
    const x = graph.input('x', 'float32', ['n']);
    const before = graph.build();
    add(graph, x, x);
    expect(before.nodes).toHaveLength(0);
    expect(graph.build().nodes).toHaveLength(1);
  });

  it('reads no weight while it builds', () => {
    const graph = createGraphBuilder('test', 'float16');
    const read = (): never => {
      throw new Error('read too early');
    };
    graph.weight('w', { shape: [1_000_000], read });
    expect(graph.build().initialisers[0]).toMatchObject({ name: 'w', type: 'float16', shape: [1_000_000] });
  });
});

describe('weights in float16', () => {
  function halvesOf(...values: number[]): number[] {
    const graph = createGraphBuilder('test', 'float16');
    graph.weight('w', weight(...values));
    const bytes = graph.build().initialisers[0]?.read() ?? new Uint8Array();
    return [...new Float16Array(bytes.slice().buffer)];
  }

  it('are rounded to nearest, ties to even, down to subnormals', () => {
    expect(halvesOf(1 + 2 ** -11, 1 + 3 * 2 ** -11, 65_519, 2 ** -24, 2 ** -25, -0.1)).toEqual([
      1,
      1 + 2 ** -9,
      65_504,
      2 ** -24,
      0,
      -0.0999755859375,
    ]);
  });

  it.each([65_520, -1e9])('refuse %d by the tensor’s name', (value) => {
    expect(() => halvesOf(0, value)).toThrow(PrecisionError);
    expect(() => halvesOf(0, value)).toThrow(`tensor w holds ${value} at element 1`);
  });
});
