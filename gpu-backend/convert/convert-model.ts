import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sha256Hex } from '../contract/hex.ts';
import { type ModelManifest, modelDigestOf, modelManifestSchema } from '../contract/model-card.ts';
import { CheckpointError } from './checkpoint/checkpoint-error.ts';
import { openCheckpoint } from './checkpoint/open-checkpoint.ts';
import type { ConvertOptions } from './convert-options.ts';
import { hashFile } from './hash-file.ts';
import { encodeModel } from './onnx/encode-model.ts';
import type { Message } from './onnx/protobuf.ts';
import { type WriteOptions, type WrittenFile, writeMessage } from './onnx/write-message.ts';
import { createOutputDirectory } from './output-directory.ts';
import { type ModelPlan, planModel } from './plan-model.ts';
import { type LoadedTokenizer, loadTokenizer } from './tokenizer/load-tokenizer.ts';

const CONVERTER = 'galip-edge convert 1';
/** Protobuf's bound on one message, and so on an ONNX file without external data: 2 GiB − 1. */
const MAX_ONNX_BYTES = 2 ** 31 - 1;
/** What a model directory holds, and --force may replace. */
const MODEL_ENTRIES = ['model.json', ...Object.keys(modelManifestSchema.shape.files.shape)];
/** After the end token, where the text encoder doesn't look any more. */
const PAD_TOKEN = 0;

export interface Progress {
  /** Before the first byte is written. */
  start(totalBytes: number): void;
  advance(sizeBytes: number): void;
}

/**
 * Checkpoints and tokenizer in, model directory out: whole, or not at all.
 * @throws CheckpointError when an input is damaged, hostile or not of this family.
 * @throws OutputExistsError when the directory exists and may not be replaced.
 */
export async function convertModel(
  options: ConvertOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<ModelManifest> {
  const output = await createOutputDirectory(options.out, options.force ? MODEL_ENTRIES : []);
  try {
    const manifest = await writeModel(output.path, options, progress, signal);
    await output.commit();
    return manifest;
  } finally {
    // After `commit` there is nothing left of it.
    await output.discard();
  }
}

async function writeModel(
  directory: string,
  options: ConvertOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<ModelManifest> {
  const generator = openCheckpoint(options.generator);
  try {
    const clip = openCheckpoint(options.clip);
    try {
      const plan = planModel(generator, clip, options);
      const { tokenizer: file, tokenizerMerges: merges } = options;
      const sources = merges === undefined ? { tokenizer: file } : { tokenizer: file, merges };
      const tokenizer = await loadTokenizer(sources, {
        file: options.clip,
        vocabSize: plan.text.vocabSize,
      });
      const files = await writeGraphs(directory, plan, progress, signal);
      const tokenizerFile = await writeTokenizer(directory, tokenizer);
      const manifest = await describe(
        options,
        plan,
        tokenizer,
        { ...files, 'tokenizer.json': tokenizerFile },
        signal,
      );
      await writeFile(join(directory, 'model.json'), `${JSON.stringify(manifest, null, 2)}\n`, {
        flag: 'wx',
      });
      return manifest;
    } finally {
      clip.close();
    }
  } finally {
    generator.close();
  }
}

async function writeGraphs(
  directory: string,
  { graphs }: ModelPlan,
  progress: Progress,
  signal: AbortSignal,
): Promise<Record<keyof ModelPlan['graphs'], WrittenFile>> {
  const names = Object.keys(graphs) as (keyof typeof graphs)[];
  const messages = names.map((name) => [name, boundedMessage(name, encodeModel(graphs[name]))] as const);
  progress.start(messages.reduce((sum, [, { sizeBytes }]) => sum + sizeBytes, 0));
  const options: WriteOptions = { signal, onWritten: (sizeBytes) => progress.advance(sizeBytes) };
  const written: Partial<Record<keyof typeof graphs, WrittenFile>> = {};
  for (const [name, message] of messages) {
    written[name] = await writeMessage(join(directory, name), message, options);
  }
  return written as Record<keyof typeof graphs, WrittenFile>;
}

function boundedMessage(name: string, message: Message): Message {
  if (message.sizeBytes <= MAX_ONNX_BYTES) return message;
  const reason = `would have ${message.sizeBytes} bytes; one ONNX file holds at most ${MAX_ONNX_BYTES}: try --precision fp16`;
  throw new CheckpointError({ file: name, reason });
}

async function writeTokenizer(directory: string, { bytes }: LoadedTokenizer): Promise<WrittenFile> {
  await writeFile(join(directory, 'tokenizer.json'), bytes, { flag: 'wx' });
  return { sha256: await sha256Hex(new Uint8Array(bytes)), sizeBytes: bytes.length };
}

async function describe(
  options: ConvertOptions,
  { generator, text, vision, ignoredTensors }: ModelPlan,
  { startToken, endToken }: LoadedTokenizer,
  files: ModelManifest['files'],
  signal: AbortSignal,
): Promise<ModelManifest> {
  const { id, precision, passes, licence, commercialUse, imageMean, imageStd } = options;
  const inputs = [options.generator, options.clip, options.tokenizer, options.tokenizerMerges ?? []].flat();
  const sources: { name: string; sha256: string }[] = [];
  for (const path of inputs) sources.push({ name: basename(path), sha256: await hashFile(path, signal) });
  const textSection = { ...text, startToken, endToken, padToken: PAD_TOKEN };
  return modelManifestSchema.parse({
    schemaVersion: 1,
    id,
    digest: await modelDigestOf({ generator, text: textSection, files }),
    architecture: 'galip',
    precision,
    licence,
    commercialUse,
    provenance: { sources, converter: CONVERTER, passes: [...passes], ignoredTensors },
    generator,
    text: textSection,
    vision: { ...vision, imageMean, imageStd },
    files,
  });
}
