import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { add, averagePool, conv, globalAveragePool, relu } from '../graph/operators/arithmetic.ts';
import { reshape } from '../graph/operators/layout.ts';
import type { Weights } from '../weights/weights.ts';
import { batchNorm } from './batch-norm.ts';
import type { ImageTower } from './image-tower.ts';
import { linear } from './linear.ts';

/** Tells this tower: the first convolution of its stem. */
const LANDMARK = 'stem.0.weight';

interface BlockSizes {
  readonly from: number;
  readonly to: number;
  /** 2: the block halves the edge. */
  readonly stride: 1 | 2;
}

/** @param weights scope of `visual`. */
export function hasResidualTower(weights: Weights): boolean {
  return weights.has(LANDMARK);
}

/**
 * An image encoder of residual convolutions, as our training makes them for a CLIP that learns from few pictures.
 * @see ../../training/galip_training/resnet_tower.py
 * @throws CheckpointError
 */
export function readResidualTower(weights: Weights, imageSize: number): ImageTower {
  const [half, width] = [channelsOf(weights, LANDMARK), channelsOf(weights, 'stem.3.weight')];
  const blocks = readBlocks(weights, width);
  const last = blocks.at(-1)?.to ?? width;
  const [embeddingDim] = weights.shape('proj.weight', ['embedding', 'channels']);
  return {
    sizes: { imageSize, width, blocks: blocks.length },
    embeddingDim,
    embed(graph, pixels) {
      const stem = weights.within('stem');
      let x = convolve(graph, stem, '0', '1', pixels, { from: 3, to: half, stride: 2 });
      x = relu(graph, convolve(graph, stem, '3', '4', relu(graph, x), { from: half, to: width, stride: 1 }));
      for (const [index, sizes] of blocks.entries()) {
        x = residualBlock(graph, weights.within(`blocks.${index}`), x, sizes);
      }
      const pooled = reshape(graph, globalAveragePool(graph, x), [0, last]);
      return linear(graph, weights.within('proj'), pooled, last, embeddingDim);
    },
  };
}

/** The channels say where a stage begins: there the edge is halved, but for the first. */
function readBlocks(weights: Weights, width: number): BlockSizes[] {
  let from = width;
  return Array.from({ length: weights.count('blocks') }, (_, index): BlockSizes => {
    const to = channelsOf(weights, `blocks.${index}.conv1.weight`);
    const sizes: BlockSizes = { from, to, stride: to === from ? 1 : 2 };
    from = to;
    return sizes;
  });
}

function channelsOf(weights: Weights, name: string): number {
  return weights.shape(name, ['out', 'in', 'height', 'width'])[0];
}

function residualBlock(graph: GraphBuilder, weights: Weights, x: Value, sizes: BlockSizes): Value {
  const { from, to, stride } = sizes;
  const first = relu(graph, convolve(graph, weights, 'conv1', 'bn1', x, sizes));
  const residual = convolve(graph, weights, 'conv2', 'bn2', first, { from: to, to, stride: 1 });
  if (stride === 1) return relu(graph, add(graph, x, residual));
  const pooled = averagePool(graph, x, stride);
  const shortcut = convolve(graph, weights.within('shortcut'), '1', '2', pooled, {
    ...{ from, to, stride: 1 },
    kernel: 1,
  });
  return relu(graph, add(graph, shortcut, residual));
}

/** A convolution without bias of its own, and the normalisation behind it. */
function convolve(
  graph: GraphBuilder,
  weights: Weights,
  name: string,
  normName: string,
  x: Value,
  { from, to, stride, kernel = 3 }: BlockSizes & { readonly kernel?: 1 | 3 },
): Value {
  const scope = weights.within(name);
  const weight = graph.weight(scope.nameOf('weight'), scope.take('weight', [to, from, kernel, kernel]));
  const convolved = conv(graph, x, weight, undefined, { stride, padding: (kernel - 1) / 2 });
  return batchNorm(graph, weights.within(normName), convolved, to);
}
