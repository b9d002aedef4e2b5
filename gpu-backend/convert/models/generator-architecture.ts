import { CheckpointError } from '../checkpoint/checkpoint-error.ts';
import type { Weights } from '../weights/weights.ts';
import { readVisionArchitecture, type VisionArchitecture } from './vision-architecture.ts';

/** Output edge of the first GBlock, pixels; each later one doubles it, and the last makes the native size. */
const FIRST_SIZE = 8;

export interface MBlockArchitecture {
  readonly inner: number;
  readonly outer: number;
}

export interface GBlockArchitecture {
  readonly from: number;
  readonly to: number;
  /** Edge of its feature map, pixels. */
  readonly size: number;
}

/** Sizes of GALIP's generator. */
export interface GeneratorArchitecture {
  readonly noiseDim: number;
  readonly sentenceDim: number;
  readonly conditionDim: number;
  /** Native edge of the square picture, pixels. */
  readonly imageSize: number;
  readonly codeChannels: number;
  readonly mBlocks: readonly MBlockArchitecture[];
  readonly promptTokens: number;
  readonly vision: VisionArchitecture;
  readonly gBlocks: readonly GBlockArchitecture[];
  /** Conditioned stages: the mapper, then each GBlock. */
  readonly stages: number;
}

/**
 * Reads the sizes from the tensors' shapes.
 * @throws CheckpointError when they do not fit each other.
 */
export function readGeneratorArchitecture(weights: Weights): GeneratorArchitecture {
  const { file } = weights;
  const mapping = weights.within('mapping');
  const vision = readVisionArchitecture(mapping.within('CLIP_ViT'));
  const [, noiseDim] = weights.shape('fc_code.weight', ['code', 'noise']);
  const [promptValues, conditionDim] = mapping.shape('fc_prompt.weight', ['prompts · width', 'condition']);
  const sentenceDim = conditionDim - noiseDim;
  if (sentenceDim <= 0) {
    const reason = `the condition (${conditionDim} values) has no room for a sentence besides ${noiseDim} of noise`;
    throw new CheckpointError({ file, reason });
  }
  const promptTokens = promptValues / vision.width;
  if (!Number.isInteger(promptTokens) || promptTokens >= vision.blocks) {
    const reason =
      `tensor mapping.fc_prompt.weight has ${promptValues} rows; expected a multiple of the width ` +
      `${vision.width}, for fewer tokens than the ${vision.blocks} blocks`;
    throw new CheckpointError({ file, reason });
  }
  const [, codeChannels] = mapping.shape('FBlocks.0.conv1.weight', ['inner', 'code', 'kernel', 'kernel']);
  const mBlocks = Array.from({ length: mapping.count('FBlocks') }, (_, index) => {
    const [outer, inner] = mapping.shape(`FBlocks.${index}.conv2.weight`, ['outer', 'inner', '3', '3']);
    return { inner, outer };
  });
  const gBlocks = readGBlocks(weights, vision.imageSize);
  return {
    noiseDim,
    sentenceDim,
    conditionDim,
    imageSize: vision.imageSize,
    codeChannels,
    mBlocks,
    promptTokens,
    vision,
    gBlocks,
    stages: 1 + gBlocks.length,
  };
}

function readGBlocks(weights: Weights, imageSize: number): GBlockArchitecture[] {
  const count = weights.count('GBlocks');
  return Array.from({ length: count }, (_, index) => {
    const [to, from] = weights.shape(`GBlocks.${index}.c1.weight`, ['to', 'from', '3', '3']);
    const size = index === count - 1 ? imageSize : FIRST_SIZE * 2 ** index;
    if (size > imageSize) {
      const reason = `${count} GBlocks are too many for pictures of ${imageSize} pixels: GBlock ${index} would make ${size}`;
      throw new CheckpointError({ file: weights.file, reason });
    }
    return { from, to, size };
  });
}
