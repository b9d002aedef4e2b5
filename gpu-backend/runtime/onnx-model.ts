import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { blendVectors } from '../contract/blend.ts';
import type { ModelManifest } from '../contract/model-card.ts';
import type { ExecutionProvider } from './execution-provider.ts';
import type { BucketTime, InferenceBatch } from './inference.ts';
import type { ChildSettings, LoadReport, RefusedProvider, RunReport } from './inference-messages.ts';
import { ModelDirectoryError, readModelManifest } from './model-directory.ts';
import { openSessions, readGraphs } from './open-sessions.ts';
import { scorePictures } from './score-pictures.ts';
import { stageConditions } from './stage-conditions.ts';
import { createTextCache, type TextCache } from './text-cache.ts';
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
  readonly textEncoder: InferenceSession;
  readonly generator: InferenceSession;
  /** Opened when it is needed first: most models score nothing. */
  readonly imageEncoder: () => Promise<InferenceSession>;
  readonly known: TextCache;
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
      const { release, ...sessions } = await openSessions(graphs, provider, settings);
      const parts = { ...sessions, manifest, known: createTextCache(textCacheBytes) };
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
  const { manifest, generator: session } = parts;
  const { noiseDim, sentenceDim, imageSize } = manifest.generator;
  const { rows, bucket } = batch;
  const startedAt = performance.now();
  const { sentences, encodedTexts } = await encodeTexts(parts, batch.texts);
  const encodedAt = performance.now();
  const noise = new Float32Array(bucket * noiseDim);
  noise.set(batch.noise);
  const all = [...sentences, ...blended(batch, sentences)];
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
    ...(batch.isScored && { scores: await scorePictures(await parts.imageEncoder(), images, batch, all) }),
  };
}

function blended({ blends = [] }: InferenceBatch, sentences: readonly Float32Array[]): Float32Array[] {
  return blends.map((terms) =>
    blendVectors(terms.map(([text, weight]) => [sentences[text] ?? new Float32Array(), weight])),
  );
}

/** The embedding `[sentenceDim]` of each text; those that are not known are encoded in one pass, and known then. */
async function encodeTexts(
  { manifest: { text }, textEncoder, known }: Parts,
  texts: readonly BigInt64Array<ArrayBuffer>[],
): Promise<{ sentences: readonly Float32Array[]; encodedTexts: number }> {
  const sentences = texts.map((ids) => known.get(ids));
  const missing = [...texts.entries()].filter(([at]) => sentences[at] === undefined);
  if (missing.length > 0) {
    // To the longest and no further: the encoder is causal and reads the end token, so what stands behind is nothing.
    const sequence = Math.max(...missing.map(([, ids]) => ids.length));
    const tokenIds = new BigInt64Array(missing.length * sequence).fill(BigInt(text.padToken));
    for (const [row, [, ids]] of missing.entries()) tokenIds.set(ids, row * sequence);
    const token_ids = new Tensor('int64', tokenIds, [missing.length, sequence]);
    const { sentence } = await textEncoder.run({ token_ids });
    if (!sentence) throw new RangeError('text-encoder.onnx has no output "sentence"');
    const data = sentence.data as Float32Array<ArrayBuffer>;
    const length = data.length / missing.length;
    for (const [row, [at, ids]] of missing.entries()) {
      const embedding = data.slice(row * length, (row + 1) * length);
      known.set(ids, embedding);
      sentences[at] = embedding;
    }
  }
  return { sentences: sentences as Float32Array[], encodedTexts: missing.length };
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
