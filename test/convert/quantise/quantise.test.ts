import { describe, expect, it } from 'vitest';
import type { Graph } from '../../../gpu-backend/convert/graph/graph.ts';
import { buildGenerator } from '../../../gpu-backend/convert/models/generator.ts';
import { hoist } from '../../../gpu-backend/convert/passes/hoist.ts';
import { withOutputs } from '../../../gpu-backend/convert/quantise/observe.ts';
import { quantise } from '../../../gpu-backend/convert/quantise/quantise.ts';
import { quantisedConvs, quantisedValues } from '../../../gpu-backend/convert/quantise/quantised-values.ts';
import { widenRanges } from '../../../gpu-backend/convert/quantise/ranges.ts';
import { createElements } from '../../fixtures/checkpoints/random-elements.ts';
import { parameter } from '../../fixtures/checkpoints/tensor-spec.ts';
import { type Floats, floats, runOnnx, valuesOf } from '../../fixtures/onnx-run.ts';
import {
  type SmallGenerator,
  type SmallGeneratorSizes,
  smallGenerator,
} from '../../fixtures/small-generator.ts';

const NETWORKS: readonly (SmallGeneratorSizes & { readonly maps: string; readonly convs: number })[] = [
  { maps: '7 → 8 → 16 → 32 → 56', grid: 7, patch: 8, channels: [8, 8, 8, 6, 4], seed: 1, convs: 5 },
  { maps: '8 → 8 → 16 → 32 → 64', grid: 8, patch: 8, channels: [16, 16, 8, 8, 8], seed: 2, convs: 5 },
  { maps: '5 → 8 → 16 → 35', grid: 5, patch: 7, channels: [4, 4, 4, 4], seed: 3, convs: 3 },
];
/** Largest error of the picture, as a share of its range: steps of eight bits add up to less. */
const MAX_ERROR = 0.05;

function draw(seed: number, ...shape: number[]): Floats {
  const { buffer, byteOffset, byteLength } = createElements(seed)(parameter('x', shape, { normal: 1 }));
  return new Float32Array(buffer, byteOffset, byteLength / 4);
}

function run(graph: Graph, { noiseDim, sentenceDim }: SmallGenerator, rows: number) {
  const part = (seed: number, width: number) =>
    floats(draw(seed, 3, width).slice(0, rows * width), [rows, width]);
  return runOnnx(graph, {
    noise: part(11, noiseDim),
    sentence: part(12, sentenceDim),
    stage_conditions: floats(new Float32Array(), [rows, 0, noiseDim + sentenceDim]),
  });
}

describe.each(NETWORKS)('the generator in eight bits on random networks with maps $maps', (sizes) => {
  const generator = smallGenerator(sizes);
  const graph = hoist(buildGenerator(generator.weights, { floatType: 'float32', stageOutputs: true }));

  async function quantised(): Promise<Graph> {
    const outputs = await run(withOutputs(graph, quantisedValues(graph)), generator, 1);
    const ranges = Object.entries(outputs).map(
      ([name, value]) => [name, widenRanges(undefined, valuesOf(value), value.dims[1] ?? 0)] as const,
    );
    return quantise(graph, new Map(ranges));
  }

  it('computes the convolutions of large maps in integers, at all pixels near to float', async () => {
    expect(quantisedConvs(graph).size).toBe(sizes.convs);
    const small = await quantised();
    const left = small.nodes.filter(({ op }) => op === 'Conv').map(({ outputs }) => outputs[0] ?? '');
    expect(left.filter((name) => quantisedConvs(graph).has(name))).toEqual([]);
    const [expected, made] = await Promise.all([run(graph, generator, 1), run(small, generator, 1)]);
    for (const name of Object.keys(expected)) {
      const [exact, near] = [valuesOf(expected[name]), valuesOf(made[name])];
      expect(made[name]?.dims).toEqual(expected[name]?.dims);
      const range = exact.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const error = exact.reduce((most, value, at) => Math.max(most, Math.abs(value - (near[at] ?? 9e9))), 0);
      expect(error / range, name).toBeLessThanOrEqual(MAX_ERROR);
    }
  });
});
