import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { add, mul } from '../graph/operators/arithmetic.ts';
import { reshape, slice, transpose } from '../graph/operators/layout.ts';
import type { Weights } from '../weights/weights.ts';
import { convolution } from './convolution.ts';
import { dfBlock } from './df-block.ts';
import type { GeneratorArchitecture, MBlockArchitecture } from './generator-architecture.ts';
import { linear } from './linear.ts';
import { visionTransformer } from './vision-transformer.ts';

/** Share of CLIP's answer in what the GBlocks get. */
const MAPPED_SHARE = 0.1;

/** Stages of the mapper, for parity tests. */
export interface MapperValues {
  /** What CLIP sees in place of patch embeddings, `[N, width, grid, grid]`. */
  readonly bridge: Value;
  /** What CLIP makes of it, `[N, width, grid, grid]`. */
  readonly mapped: Value;
  /** `[N, channels of the first GBlock, grid, grid]` */
  readonly mapping: Value;
}

/**
 * The CLIP-empowered part: M_Blocks make the bridge feature, CLIP's frozen vision trunk maps it, guided by prompt tokens.
 * @param code `[N, codeChannels, grid, grid]`
 * @param condition `[N, conditionDim]`
 */
export function mapper(
  graph: GraphBuilder,
  weights: Weights,
  code: Value,
  condition: Value,
  architecture: GeneratorArchitecture,
): MapperValues {
  const { vision, promptTokens, conditionDim, mBlocks, codeChannels, gBlocks } = architecture;
  const { width, gridSize } = vision;

  const flatPrompts = linear(
    graph,
    weights.within('fc_prompt'),
    condition,
    conditionDim,
    promptTokens * width,
  );
  const prompts = reshape(graph, flatPrompts, [0, promptTokens, width]);
  const promptOfBlock = Array.from({ length: promptTokens }, (_, index) =>
    slice(graph, prompts, [index], [index + 1], [1]),
  );

  let x = code;
  let channels = codeChannels;
  for (const [index, block] of mBlocks.entries()) {
    x = mBlock(graph, weights.within(`FBlocks.${index}`), x, condition, channels, conditionDim, block);
    channels = block.outer;
  }
  const bridge = convolution(graph, weights.within('conv_fuse'), x, { from: channels, to: width, kernel: 5 });
  const tokens = visionTransformer(graph, weights.within('CLIP_ViT'), bridge, vision, promptOfBlock);
  const patches = slice(graph, tokens, [1], [1 + gridSize ** 2], [1]);
  const mapped = reshape(graph, transpose(graph, patches, [0, 2, 1]), [0, width, gridSize, gridSize]);
  const joined = add(graph, bridge, mul(graph, mapped, graph.scalar(MAPPED_SHARE)));
  const to = gBlocks[0]?.from ?? 0;
  const mapping = convolution(graph, weights.within('conv'), joined, { from: width, to, kernel: 5 });
  return { bridge, mapped, mapping };
}

/** M_Block: conv → DFBLK → conv → DFBLK beside a shortcut. */
function mBlock(
  graph: GraphBuilder,
  weights: Weights,
  x: Value,
  condition: Value,
  from: number,
  conditionDim: number,
  { inner, outer }: MBlockArchitecture,
): Value {
  const first = convolution(graph, weights.within('conv1'), x, { from, to: inner, kernel: 3 });
  const fused = dfBlock(graph, weights.within('fuse1'), first, condition, { channels: inner, conditionDim });
  const second = convolution(graph, weights.within('conv2'), fused, { from: inner, to: outer, kernel: 3 });
  const residual = dfBlock(graph, weights.within('fuse2'), second, condition, {
    channels: outer,
    conditionDim,
  });
  const shortcut =
    from === outer && !weights.has('c_sc.weight')
      ? x
      : convolution(graph, weights.within('c_sc'), x, { from, to: outer, kernel: 1 });
  return add(graph, shortcut, residual);
}
