import { copyFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sha256Hex } from '../contract/hex.ts';
import { type ModelManifest, modelDigestOf, modelManifestSchema } from '../contract/model-card.ts';
import { createTokeniser } from '../pipeline/tokenise.ts';
import { CheckpointError } from './checkpoint/checkpoint-error.ts';
import { openCheckpoint } from './checkpoint/open-checkpoint.ts';
import type { ConvertOptions } from './convert-options.ts';
import { hashFile } from './hash-file.ts';
import { encodeModel } from './onnx/encode-model.ts';
import type { Message } from './onnx/protobuf.ts';
import { type WriteOptions, type WrittenFile, writeMessage } from './onnx/write-message.ts';
import { createOutputDirectory } from './output-directory.ts';
import { type ModelPlan, planModel } from './plan-model.ts';
import { loadPrompts } from './quantise/load-prompts.ts';
import { calibrationGraph, writeQuantised } from './quantise/write-quantised.ts';
import { type LoadedTokenizer, loadTokenizer } from './tokenizer/load-tokenizer.ts';

const CONVERTER = 'galip-edge convert 1';
/** Protobuf's bound on one message, and so on an ONNX file without external data: 2 GiB − 1. */
const MAX_ONNX_BYTES = 2 ** 31 - 1;
/** Name of the notices in a model directory. */
const NOTICES = 'LICENCES.md';
/** What a model directory holds, and --force may replace. */
const MODEL_ENTRIES = ['model.json', ...Object.keys(modelManifestSchema.shape.files.shape), NOTICES];
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
      const isInt8 = options.precision === 'int8';
      const prompts = isInt8 ? await loadPrompts(options.calibrationPrompts) : [];
      const graph = plan.graphs['generator.onnx'];
      const graphs = isInt8 ? { ...plan.graphs, 'generator.onnx': calibrationGraph(graph) } : plan.graphs;
      if (options.notices !== undefined) await copyFile(options.notices, join(directory, NOTICES));
      const files = await writeGraphs(directory, graphs, progress, signal);
      const tokenizerFile = await writeTokenizer(directory, tokenizer);
      const text = textSection(plan, tokenizer);
      const quantised = isInt8
        ? await writeQuantised({
            directory,
            graph,
            prompts,
            signal,
            textEncoder: join(directory, 'text-encoder.onnx'),
            tokenise: createTokeniser(JSON.parse(new TextDecoder().decode(tokenizer.bytes)), text),
            noiseDim: plan.generator.noiseDim,
          })
        : undefined;
      const manifest = await describe(
        options,
        plan,
        text,
        {
          ...files,
          ...(quantised && { 'generator.onnx': quantised.file }),
          'tokenizer.json': tokenizerFile,
        },
        quantised?.quantisation,
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
  graphs: ModelPlan['graphs'],
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

function textSection({ text }: ModelPlan, { startToken, endToken }: LoadedTokenizer): ModelManifest['text'] {
  return { ...text, startToken, endToken, padToken: PAD_TOKEN };
}

async function describe(
  options: ConvertOptions,
  { generator, vision, ignoredTensors }: ModelPlan,
  text: ModelManifest['text'],
  files: ModelManifest['files'],
  quantisation: ModelManifest['quantisation'],
  signal: AbortSignal,
): Promise<ModelManifest> {
  const { id, precision, passes, licence, commercialUse, imageMean, imageStd } = options;
  const inputs = [options.generator, options.clip, options.tokenizer, options.tokenizerMerges ?? []].flat();
  const sources: { name: string; sha256: string }[] = [];
  for (const path of inputs) sources.push({ name: basename(path), sha256: await hashFile(path, signal) });
  return modelManifestSchema.parse({
    schemaVersion: 1,
    id,
    digest: await modelDigestOf({ generator, text, files }),
    architecture: 'galip',
    precision,
    licence,
    commercialUse,
    ...(quantisation && { quantisation }),
    provenance: { sources, converter: CONVERTER, passes: [...passes], ignoredTensors },
    generator,
    text,
    vision: { ...vision, imageMean, imageStd },
    files,
  });
}
