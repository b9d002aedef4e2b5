import { beforeAll, describe, expect, it } from 'vitest';
import type { Graph, Node } from '../../../gpu-backend/convert/graph/graph.ts';
import type { FloatType } from '../../../gpu-backend/convert/graph/graph-builder.ts';
import { buildGenerator } from '../../../gpu-backend/convert/models/generator.ts';
import { applyPasses, PASS_NAMES, type PassName } from '../../../gpu-backend/convert/passes/apply-passes.ts';
import { createElements } from '../../fixtures/checkpoints/random-elements.ts';
import { parameter } from '../../fixtures/checkpoints/tensor-spec.ts';
import { maxAbsDifference, psnrOf } from '../../fixtures/numeric-distance.ts';
import { type Floats, floats, runOnnx, valuesOf } from '../../fixtures/onnx-run.ts';
import {
  type SmallGenerator,
  type SmallGeneratorSizes,
  smallGenerator,
} from '../../fixtures/small-generator.ts';

const SETS: readonly (readonly PassName[])[] = [
  ['hoist'],
  ['sub-pixel'],
  ['stack'],
  ['hoist', 'sub-pixel'],
  ['hoist', 'stack'],
  ['sub-pixel', 'stack'],
  PASS_NAMES,
];

const NETWORKS: readonly (SmallGeneratorSizes & { readonly maps: string })[] = [
  { maps: '7 → 8 → 16 → 28', grid: 7, patch: 4, channels: [8, 8, 6, 4], seed: 1 },
  { maps: '7 → 8 → 14', grid: 7, patch: 2, channels: [6, 4, 4], seed: 2 },
  { maps: '8 → 8 → 16 → 32', grid: 8, patch: 4, channels: [16, 16, 16, 16], seed: 3 },
  { maps: '5 → 8 → 15', grid: 5, patch: 3, channels: [3, 5, 2], seed: 4 },
];

function graphOf({ weights }: SmallGenerator, floatType: FloatType = 'float32'): Graph {
  return buildGenerator(weights, { floatType, stageOutputs: true });
}

function draw(seed: number, ...shape: number[]): Floats {
  const { buffer, byteOffset, byteLength } = createElements(seed)(parameter('x', shape, { normal: 1 }));
  return new Float32Array(buffer, byteOffset, byteLength / 4);
}

async function outputsOf(graph: Graph, generator: SmallGenerator, batch: number, steered: number) {
  const { noiseDim, sentenceDim } = generator;
  const conditionDim = noiseDim + sentenceDim;
  const outputs = await runOnnx(graph, {
    noise: floats(draw(11, batch, noiseDim), [batch, noiseDim]),
    sentence: floats(draw(12, batch, sentenceDim), [batch, sentenceDim]),
    stage_conditions: floats(steered === 0 ? new Float32Array() : draw(13, batch, steered, conditionDim), [
      batch,
      steered,
      conditionDim,
    ]),
  });
  return Object.entries(outputs).map(([name, value]) => [name, valuesOf(value)] as const);
}

describe.each(NETWORKS)('on random networks with maps $maps', (sizes) => {
  const plain = smallGenerator(sizes);
  const graph = graphOf(plain);

  describe.each(SETS.map((names) => ({ names })))('$names', ({ names }) => {
    it.each([
      [1, 0],
      [3, 0],
      [3, plain.stages],
    ])('batch %i with %i stages steered gives what the plain graph gives', async (batch, steered) => {
      const expected = await outputsOf(graph, plain, batch, steered);
      const made = new Map(await outputsOf(applyPasses(graph, names), plain, batch, steered));
      expect(expected.map(([name]) => name)).toContain('image');
      for (const [name, values] of expected) {
        expect(maxAbsDifference(made.get(name) ?? [], values), name).toBeLessThanOrEqual(1e-5);
      }
    });
  });

  it('in float16 the picture stays near', async () => {
    const [expected] = (await outputsOf(graph, plain, 1, 0)).filter(([name]) => name === 'image');
    const halves = applyPasses(graphOf(smallGenerator(sizes), 'float16'), PASS_NAMES);
    const [made] = (await outputsOf(halves, plain, 1, 0)).filter(([name]) => name === 'image');
    expect(psnrOf(made?.[1] ?? [], expected?.[1] ?? [])).toBeGreaterThanOrEqual(40);
  });
});

describe('on the graph with maps 7 → 8 → 16 → 28', () => {
  let graph: Graph;
  beforeAll(() => {
    graph = graphOf(smallGenerator({ grid: 7, patch: 4, channels: [8, 8, 6, 4], seed: 1 }));
  });

  function consumersOf({ nodes }: Graph, op: string): Node[] {
    const made = new Set(nodes.filter((node) => node.op === op).flatMap(({ outputs }) => outputs));
    return nodes.filter(({ inputs }) => inputs.some((name) => made.has(name)));
  }

  const count = ({ nodes }: Graph, op: string): number => nodes.filter((node) => node.op === op).length;

  it('none leaves it as it is', () => {
    expect(applyPasses(graph, [])).toBe(graph);
  });

  it('hoist leaves convolutions and sums behind Resize', () => {
    const kernels = new Map(graph.initialisers.map(({ name, shape }) => [name, shape]));
    const before = consumersOf(graph, 'Resize').map(({ op }) => op);
    expect(new Set(before)).toEqual(new Set(['Mul', 'Add', 'Conv']));
    const after = consumersOf(applyPasses(graph, ['hoist']), 'Resize');
    expect(new Set(after.map(({ op }) => op))).toEqual(new Set(['Conv', 'Add']));
    expect(
      after.filter(({ op }) => op === 'Conv').map(({ inputs }) => kernels.get(inputs[1] ?? '')?.[2]),
    ).toEqual([3, 3, 3]);
  });

  it('sub-pixel makes 2² and 7² convolutions of those behind 8 → 16 and 16 → 28, and leaves 7 → 8', () => {
    const after = applyPasses(graph, ['hoist', 'sub-pixel']);
    expect(count(after, 'Conv') - count(graph, 'Conv')).toBe(2 ** 2 - 1 + 7 ** 2 - 1);
    expect(consumersOf(after, 'Resize').filter(({ op }) => op === 'Conv')).toHaveLength(1);
  });

  it('stack makes one Gemm and one MatMul of all layers of a stage and a number of channels', () => {
    const after = applyPasses(graph, ['stack']);
    // What is left: fc_code, fc_prompt, and the first layers of mapper (4 and 6 channels) and GBlocks (8; 8 and 6; 6 and 4).
    expect([count(graph, 'Gemm'), count(after, 'Gemm')]).toEqual([2 + 2 * 4 * 8, 2 + 2 + 1 + 2 + 2]);
    expect(count(after, 'MatMul') - count(graph, 'MatMul')).toBe(2 + 1 + 2 + 2);
  });

  it('reads no weight, and keeps none that is not used', () => {
    const unreadable = {
      ...graph,
      initialisers: graph.initialisers.map((initialiser) =>
        initialiser.type === 'int64'
          ? initialiser
          : {
              ...initialiser,
              read: unread,
              tensor: { ...initialiser.tensor, shape: initialiser.shape, read: unread },
            },
      ),
    };
    const { nodes, initialisers } = applyPasses(unreadable, PASS_NAMES);
    const used = new Set(nodes.flatMap(({ inputs }) => inputs));
    expect(initialisers.filter(({ name }) => !used.has(name))).toEqual([]);
    expect(
      initialisers.filter(({ name }) => name.startsWith('GBlocks.1.c1.weight')).map(({ shape }) => shape),
    ).toEqual(Array.from({ length: 4 }, () => [6, 8, 2, 2]));
  });
});

function unread(): never {
  throw new Error('a weight is read before it is written');
}
