import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelManifest } from '../contract/model-card.ts';
import { hasExternalData } from './external-data.ts';
import type { InferenceBatch, InferenceResult } from './inference.ts';
import {
  ModelDirectoryError,
  type ModelFileName,
  readModelFile,
  readModelManifest,
} from './model-directory.ts';

/** onnxruntime's severities run from 0, verbose, to 4, fatal; what lies below comes to us as an exception anyway. */
const LOG_FATAL = 4;

export interface OnnxModel {
  /** Blocks the event loop while it computes: onnxruntime-node's `run` does. */
  run(batch: InferenceBatch): Promise<InferenceResult>;
}

export interface OnnxModelOptions {
  readonly directory: string;
  /** Threads of one operator; 0 leaves it to onnxruntime: one a core. */
  readonly threads: number;
}

/**
 * Loads text encoder and generator of a model directory and runs both once.
 * @throws ModelDirectoryError when a file is missing, is not the one that model.json names, or keeps data outside.
 */
export async function loadOnnxModel({ directory, threads }: OnnxModelOptions): Promise<OnnxModel> {
  const manifest = await readModelManifest(directory);
  const open = async (name: ModelFileName): Promise<InferenceSession> => {
    const bytes = await readModelFile(directory, manifest, name);
    try {
      if (hasExternalData(bytes)) throw new RangeError('tensors in other files (external data) are refused');
      return await InferenceSession.create(bytes, {
        intraOpNumThreads: threads,
        graphOptimizationLevel: 'all',
        logSeverityLevel: LOG_FATAL,
      });
    } catch (error) {
      throw new ModelDirectoryError(join(directory, name), (error as Error).message, { cause: error });
    }
  };
  // Checked though it is not run: a damaged directory is found now and not by whoever reads the file next.
  await readModelFile(directory, manifest, 'image-encoder.onnx');
  const textEncoder = await open('text-encoder.onnx');
  const generator = await open('generator.onnx');
  const model: OnnxModel = { run: (batch) => run(textEncoder, generator, manifest, batch) };
  await model.run(warmUpBatch(manifest));
  return model;
}

async function run(
  textEncoder: InferenceSession,
  generator: InferenceSession,
  { generator: { noiseDim, sentenceDim } }: ModelManifest,
  { tokenIds, noise, batch }: InferenceBatch,
): Promise<InferenceResult> {
  const startedAt = performance.now();
  const token_ids = new Tensor('int64', tokenIds, [batch, tokenIds.length / batch]);
  const { sentence } = await textEncoder.run({ token_ids });
  const encodedAt = performance.now();
  if (!sentence) throw new RangeError('text-encoder.onnx has no output "sentence"');
  const feeds: Record<string, Tensor> = { noise: new Tensor('float32', noise, [batch, noiseDim]), sentence };
  if (generator.inputNames.includes('stage_conditions')) {
    // No rows: every stage takes its condition from noise and sentence.
    feeds.stage_conditions = new Tensor('float32', new Float32Array(), [batch, 0, noiseDim + sentenceDim]);
  }
  const { image } = await generator.run(feeds);
  if (!image) throw new RangeError('generator.onnx has no output "image"');
  return {
    images: image.data as Float32Array<ArrayBuffer>,
    textEncoderMs: encodedAt - startedAt,
    generatorMs: performance.now() - encodedAt,
  };
}

/** The empty prompt with no noise. */
function warmUpBatch({ generator, text }: ModelManifest): InferenceBatch {
  const tokenIds = BigInt64Array.of(BigInt(text.startToken), BigInt(text.endToken));
  return { tokenIds, noise: new Float32Array(generator.noiseDim), batch: 1 };
}
