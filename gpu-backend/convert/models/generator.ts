import type { Graph, Value } from '../graph/graph.ts';
import { createGraphBuilder, type FloatType, type GraphBuilder } from '../graph/graph-builder.ts';
import { leakyRelu } from '../graph/operators/arithmetic.ts';
import {
  cast,
  concat,
  dimension,
  expand,
  gather,
  reshape,
  slice,
  unsqueeze,
} from '../graph/operators/layout.ts';
import type { Weights } from '../weights/weights.ts';
import { convolution } from './convolution.ts';
import { LEAKY_SLOPE } from './df-block.ts';
import { gBlock } from './g-block.ts';
import { type GeneratorArchitecture, readGeneratorArchitecture } from './generator-architecture.ts';
import { linear } from './linear.ts';
import { mapper } from './mapper.ts';

const PICTURE_CHANNELS = 3;

export interface GeneratorOptions {
  readonly floatType: FloatType;
  /** Adds the outputs `bridge_feature`, `mapped_feature`, `mapping`, `gblock0`, …, for parity tests. */
  readonly stageOutputs: boolean;
}

/**
 * GALIP's generator: `noise` `[batch, z]`, `sentence` `[batch, d]` → `image` `[batch, 3, S, S]`, unclamped; all float32.
 * A third input, `stage_conditions` `[batch, K, z + d]`, steers the stages apart: row k conditions stage k (0 the mapper,
 * then the GBlocks) in place of noise ++ sentence. K = 0 steers none, K = `stages` all of them.
 * @see https://arxiv.org/abs/2301.12959 section 3
 * @throws CheckpointError
 */
export function buildGenerator(weights: Weights, { floatType, stageOutputs }: GeneratorOptions): Graph {
  const architecture = readGeneratorArchitecture(weights);
  const { noiseDim, codeChannels, vision, gBlocks, imageSize, conditionDim } = architecture;
  const { gridSize, width } = vision;
  const graph = createGraphBuilder('generator', floatType);
  // The bridge feature stands in for patch embeddings; the kernel's shape alone tells the native size.
  weights.ignore('mapping.CLIP_ViT.conv1.weight');

  const { noise, conditions } = generatorInputs(graph, architecture);
  const codeDim = codeChannels * gridSize ** 2;
  const flatCode = linear(graph, weights.within('fc_code'), noise, noiseDim, codeDim);
  const code = reshape(graph, flatCode, [0, codeChannels, gridSize, gridSize]);
  const [mapperCondition, ...gBlockConditions] = conditions as [Value, ...Value[]];
  const stages = mapper(graph, weights.within('mapping'), code, mapperCondition, architecture);
  if (stageOutputs) {
    graph.output('bridge_feature', stages.bridge, ['batch', width, gridSize, gridSize]);
    graph.output('mapped_feature', stages.mapped, ['batch', width, gridSize, gridSize]);
    graph.output('mapping', stages.mapping, ['batch', gBlocks[0]?.from ?? 0, gridSize, gridSize]);
  }

  let x = stages.mapping;
  let previousSize = gridSize;
  let channels = 0;
  for (const [index, block] of gBlocks.entries()) {
    const sizes = { ...block, previousSize, conditionDim };
    x = gBlock(graph, weights.within(`GBlocks.${index}`), x, gBlockConditions[index] as Value, sizes);
    if (stageOutputs) graph.output(`gblock${index}`, x, ['batch', block.to, block.size, block.size]);
    previousSize = block.size;
    channels = block.to;
  }
  const image = convolution(graph, weights.within('to_rgb.1'), leakyRelu(graph, x, LEAKY_SLOPE), {
    from: channels,
    to: PICTURE_CHANNELS,
    kernel: 3,
  });
  graph.output('image', image, ['batch', PICTURE_CHANNELS, imageSize, imageSize]);
  return graph.build();
}

/** The noise, and one condition `[N, conditionDim]` a stage. */
function generatorInputs(
  graph: GraphBuilder,
  { noiseDim, sentenceDim, conditionDim, stages }: GeneratorArchitecture,
): { noise: Value; conditions: Value[] } {
  const input = (name: string, ...shape: (string | number)[]): Value =>
    cast(graph, graph.input(name, 'float32', ['batch', ...shape]), graph.floatType);
  const noise = input('noise', noiseDim);
  const sentence = input('sentence', sentenceDim);
  const given = input('stage_conditions', 'steered_stages', conditionDim);

  // The given rows, then enough of the shared one, cut to the number of stages: no branch and no second set of weights.
  const shared = unsqueeze(graph, concat(graph, [noise, sentence], 1), [1]);
  const shape = concat(graph, [dimension(graph, noise, 0), graph.ints([stages, 1])], 0);
  const rows = concat(graph, [given, expand(graph, shared, shape)], 1);
  const used = slice(graph, rows, [0], [stages], [1]);
  const conditions = Array.from({ length: stages }, (_, stage) => gather(graph, used, graph.int(stage), 1));
  return { noise, conditions };
}
