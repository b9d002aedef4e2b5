import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelManifest } from '../contract/model-card.ts';
import { blendTexts } from './blend-texts.ts';
import { encodeTexts, type TextEncoder } from './encode-texts.ts';
import type { ExecutionProvider } from './execution-provider.ts';
import type { BucketTime, InferenceBatch } from './inference.ts';
import type { ChildSettings, LoadReport, RefusedProvider, RunReport } from './inference-messages.ts';
import { ModelDirectoryError, readModelManifest } from './model-directory.ts';
import { openSessions, readGraphs } from './open-sessions.ts';
import { createScorer, type PictureScorer } from './score-pictures.ts';
import { stageConditions } from './stage-conditions.ts';
import { createTextCache } from './text-cache.ts';
import { warmUp } from './warm-up.ts';

interface OnnxRun extends RunReport {
  /** `[rows, 3, imageSize, imageSize]`, nominally −1 … 1, not clamped. */
  readonly images: Float32Array;
}

export interface OnnxModel {
  readonly report: LoadReport;
  /** Blocks the event loop while it computes: onnxruntime-node's `run` does. */
  run(batch: InferenceBatch): Promise<OnnxRun>;
}

interface Parts {
  readonly manifest: ModelManifest;
  readonly texts: TextEncoder;
  readonly generator: InferenceSession;
  readonly scorer: PictureScorer;
}

/**
 * Loads text encoder and generator of a model directory and runs both in every bucket, on the first of the providers
 * that can: one that is listed may still not be there, not take the graph, or fail as it runs.
 * @throws ModelDirectoryError when a file is missing, is not the one that model.json names, keeps data outside, when
 * the directory holds another model than the one asked for, or when no provider runs it.
 */
export async function loadOnnxModel(settings: ChildSettings): Promise<OnnxModel> {
  const { modelDirectory: directory, digest, providers, textCacheBytes } = settings;
  const manifest = await readModelManifest(directory);
  if (manifest.digest !== digest) {
    throw new ModelDirectoryError(directory, `holds the model ${manifest.digest}, not ${digest}`);
  }
  const graphs = await readGraphs(directory, manifest);
  const refused: RefusedProvider[] = [];
  for (const provider of providers) {
    try {
      const { release, textEncoder, generator, ...scoring } = await openSessions(graphs, provider, settings);
      const { padToken } = manifest.text;
      const known = createTextCache(textCacheBytes);
      const parts: Parts = {
        manifest,
        texts: { session: async () => textEncoder, padToken, known },
        generator,
        scorer: createScorer(scoring, manifest),
      };
      try {
        const times = await warm(parts, provider, settings);
        return { report: { provider, refused, times }, run: (batch) => run(parts, batch) };
      } catch (error) {
        await release();
        throw error;
      }
    } catch (error) {
      if (providers.length === 1) throw error;
      refused.push({ provider, reason: (error as Error).message });
    }
  }
  const reasons = refused.map(({ provider, reason }) => `${provider}: ${reason}`);
  throw new ModelDirectoryError(directory, `no provider runs it: ${reasons.join('; ')}`);
}

async function warm(
  parts: Parts,
  provider: ExecutionProvider,
  { buckets, known }: ChildSettings,
): Promise<readonly BucketTime[]> {
  const runBucket = (rows: number) => run(parts, warmUpBatch(parts.manifest, rows));
  if (known?.provider !== provider) return warmUp(buckets, runBucket, () => performance.now());
  // Its predecessor measured them: a first run of each is all that is missing before others may wait for it.
  for (const { bucket } of known.times) await runBucket(bucket);
  return known.times;
}

async function run(parts: Parts, batch: InferenceBatch): Promise<OnnxRun> {
  const { manifest, texts, generator: session, scorer } = parts;
  const { noiseDim, sentenceDim, imageSize } = manifest.generator;
  const { rows, bucket } = batch;
  const startedAt = performance.now();
  const { sentences, encodedTexts } = await encodeTexts(texts, batch.texts);
  const encodedAt = performance.now();
  const noise = new Float32Array(bucket * noiseDim);
  noise.set(batch.noise);
  const all = blendTexts(batch, sentences);
  const sentence = new Float32Array(bucket * sentenceDim);
  for (const [row, place] of batch.sentenceOf.entries()) sentence.set(all[place] ?? [], row * sentenceDim);
  const feeds: Record<string, Tensor> = {
    noise: new Tensor('float32', noise, [bucket, noiseDim]),
    sentence: new Tensor('float32', sentence, [bucket, sentenceDim]),
  };
  const conditions = stageConditions(batch, all, manifest.generator);
  if (session.inputNames.includes('stage_conditions')) {
    const { values, steered } = conditions;
    feeds.stage_conditions = new Tensor('float32', values, [bucket, steered, noiseDim + sentenceDim]);
  } else if (conditions.steered > 0) {
    throw new RangeError('generator.onnx has no input "stage_conditions": convert the checkpoint again');
  }
  const { image } = await session.run(feeds);
  if (!image) throw new RangeError('generator.onnx has no output "image"');
  const images = (image.data as Float32Array).subarray(0, rows * 3 * imageSize ** 2);
  const madeAt = performance.now();
  return {
    images,
    textEncoderMs: encodedAt - startedAt,
    generatorMs: madeAt - encodedAt,
    encodedTexts,
    ...(batch.judgeOf && { scores: await scorer(images, batch, all) }),
  };
}

/** The empty prompt with no noise. */
function warmUpBatch({ generator, text }: ModelManifest, rows: number): InferenceBatch {
  return {
    rows,
    bucket: rows,
    texts: [BigInt64Array.of(BigInt(text.startToken), BigInt(text.endToken))],
    sentenceOf: Array<number>(rows).fill(0),
    noise: new Float32Array(rows * generator.noiseDim),
  };
}
