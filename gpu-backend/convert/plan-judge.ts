import type { JudgeManifest } from '../contract/model-card.ts';
import type { Checkpoint } from './checkpoint/checkpoint.ts';
import type { Graph } from './graph/graph.ts';
import type { FloatType } from './graph/graph-builder.ts';
import { countIgnored } from './ignored-tensors.ts';
import type { JudgeDescription } from './judge-description.ts';
import { buildImageEncoder } from './models/image-encoder.ts';
import { readImageTower } from './models/image-tower.ts';
import { readTextArchitecture } from './models/text-architecture.ts';
import { buildTextEncoder } from './models/text-encoder.ts';
import { halfWeights } from './passes/half-weights.ts';
import { clipWeights } from './weights/clip-weights.ts';
import { refuseUnknown } from './weights/state-dict.ts';

export interface JudgePlan {
  readonly graphs: Readonly<Record<'judge-text-encoder.onnx' | 'judge-image-encoder.onnx', Graph>>;
  readonly text: Omit<JudgeManifest['text'], 'startToken' | 'endToken' | 'padToken'>;
  readonly vision: JudgeManifest['vision'];
  readonly ignoredTensors: Readonly<Record<string, number>>;
}

export interface JudgePlanOptions extends JudgeDescription {
  readonly floatType: FloatType;
  /** Edge of the pictures that it is to score, pixels. */
  readonly pictureSize: number;
}

/**
 * Reads the judge's architecture from its checkpoint and builds its two graphs.
 * @throws CheckpointError when tensors are missing, misshapen or left over, or when its pictures' size is not told.
 */
export function planJudge(
  checkpoint: Checkpoint,
  { floatType, pictureSize, imageMean, imageStd, imageSize }: JudgePlanOptions,
): JudgePlan {
  const clip = clipWeights(checkpoint);
  const tower = readImageTower(clip.weights.within('visual'), imageSize);
  const graphs = {
    'judge-text-encoder.onnx': halfWeights(buildTextEncoder(clip.weights, floatType)),
    'judge-image-encoder.onnx': halfWeights(
      buildImageEncoder(tower, { floatType, imageMean, imageStd, pictureSize }),
    ),
  };
  refuseUnknown(checkpoint.file, clip.weights.leftOver());
  const { sentenceDim: _, ...text } = readTextArchitecture(clip.weights);
  return {
    graphs,
    text,
    vision: { ...tower.sizes, imageMean: [...imageMean], imageStd: [...imageStd] },
    ignoredTensors: countIgnored(checkpoint, clip),
  };
}
