import type { ModelManifest } from '../contract/model-card.ts';
import type { Checkpoint } from './checkpoint/checkpoint.ts';
import { CheckpointError } from './checkpoint/checkpoint-error.ts';
import type { ConvertOptions } from './convert-options.ts';
import type { Graph } from './graph/graph.ts';
import type { FloatType } from './graph/graph-builder.ts';
import { countIgnored } from './ignored-tensors.ts';
import { buildGenerator } from './models/generator.ts';
import { readGeneratorArchitecture } from './models/generator-architecture.ts';
import { buildImageEncoder } from './models/image-encoder.ts';
import { readTextArchitecture } from './models/text-architecture.ts';
import { buildTextEncoder } from './models/text-encoder.ts';
import { readVisionTower } from './models/vision-tower.ts';
import { applyPasses } from './passes/apply-passes.ts';
import { halfWeights } from './passes/half-weights.ts';
import { clipWeights } from './weights/clip-weights.ts';
import { generatorWeights } from './weights/generator-weights.ts';
import { refuseUnknown } from './weights/state-dict.ts';

/** Everything known before a weight is read: the graphs, and the manifest's description of them. */
export interface ModelPlan {
  readonly graphs: Readonly<Record<'generator.onnx' | 'text-encoder.onnx' | 'image-encoder.onnx', Graph>>;
  readonly generator: ModelManifest['generator'];
  readonly text: Omit<ModelManifest['text'], 'startToken' | 'endToken' | 'padToken'>;
  readonly vision: Omit<ModelManifest['vision'], 'imageMean' | 'imageStd'>;
  /** Patterns of deliberately ignored tensors, after the checkpoint's name, each with how many there were. */
  readonly ignoredTensors: Readonly<Record<string, number>>;
}

/**
 * Reads the architecture from the checkpoints' shapes and builds the three graphs.
 * @throws CheckpointError when tensors are missing, misshapen or left over, or when the two don't belong together.
 */
export function planModel(
  generatorCheckpoint: Checkpoint,
  clipCheckpoint: Checkpoint,
  options: Pick<
    ConvertOptions,
    'precision' | 'halfWeights' | 'passes' | 'imageMean' | 'imageStd' | 'stageOutputs'
  >,
): ModelPlan {
  const { imageMean, imageStd, stageOutputs, precision } = options;
  const floatType: FloatType = precision === 'fp16' ? 'float16' : 'float32';
  const generator = generatorWeights(generatorCheckpoint);
  const clip = clipWeights(clipCheckpoint);
  const tower = readVisionTower(clip.weights.within('visual'));

  const kept = (graph: Graph) => (options.halfWeights ? halfWeights(graph, true) : graph);

  const graphs = {
    'generator.onnx': kept(
      applyPasses(
        buildGenerator(generator.weights, { floatType, stageOutputs }),
        // What int8 is made of is the graph as it is built.
        precision === 'int8' ? [] : options.passes,
      ),
    ),
    'text-encoder.onnx': kept(buildTextEncoder(clip.weights, floatType)),
    'image-encoder.onnx': halfWeights(buildImageEncoder(tower, { floatType, imageMean, imageStd })),
  };
  refuseUnknown(generatorCheckpoint.file, generator.weights.leftOver());
  refuseUnknown(clipCheckpoint.file, clip.weights.leftOver());

  const architecture = readGeneratorArchitecture(generator.weights);
  const { sentenceDim, ...text } = readTextArchitecture(clip.weights);
  if (sentenceDim !== architecture.sentenceDim) {
    const reason = `makes sentences of ${sentenceDim} values; the generator in ${generatorCheckpoint.file} takes ${architecture.sentenceDim}`;
    throw new CheckpointError({ file: clipCheckpoint.file, reason });
  }
  return {
    graphs,
    generator: {
      noiseDim: architecture.noiseDim,
      sentenceDim,
      imageSize: architecture.imageSize,
      stages: architecture.stages,
      gridSize: architecture.vision.gridSize,
      channels: architecture.gBlocks.map(({ to }) => to),
      promptTokens: architecture.promptTokens,
    },
    text,
    vision: tower.sizes,
    ignoredTensors: {
      ...countIgnored(generatorCheckpoint, generator),
      ...countIgnored(clipCheckpoint, clip),
    },
  };
}
