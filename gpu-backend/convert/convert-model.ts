import { copyFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sha256Hex } from '../contract/hex.ts';
import {
  type JudgeManifest,
  judgeDigestOf,
  judgeManifestSchema,
  type ModelManifest,
  modelDigestOf,
  modelManifestSchema,
} from '../contract/model-card.ts';
import { createTokeniser } from '../pipeline/tokenise.ts';
import type { Checkpoint } from './checkpoint/checkpoint.ts';
import { CheckpointError } from './checkpoint/checkpoint-error.ts';
import { openCheckpoint } from './checkpoint/open-checkpoint.ts';
import type { ConvertOptions } from './convert-options.ts';
import type { Graph } from './graph/graph.ts';
import { hashFile } from './hash-file.ts';
import { type LoadedJudge, loadJudge } from './load-judge.ts';
import { encodeModel } from './onnx/encode-model.ts';
import type { Message } from './onnx/protobuf.ts';
import { type WriteOptions, type WrittenFile, writeMessage } from './onnx/write-message.ts';
import { createOutputDirectory } from './output-directory.ts';
import { type ModelPlan, planModel } from './plan-model.ts';
import { loadPrompts } from './quantise/load-prompts.ts';
import { calibrationGraph, writeQuantised } from './quantise/write-quantised.ts';
import { type LoadedTokenizer, loadTokenizer } from './tokenizer/load-tokenizer.ts';

const CONVERTER = 'galip-edge convert 1';
/** Among the passes of a model whose weights were rounded. */
const HALF_WEIGHTS = 'half-weights';
/** Protobuf's bound on one message, and so on an ONNX file without external data: 2 GiB − 1. */
const MAX_ONNX_BYTES = 2 ** 31 - 1;
/** Name of the notices in a model directory. */
const NOTICES = 'LICENCES.md';
/** What a model directory holds, and --force may replace. */
const MODEL_ENTRIES = [
  'model.json',
  ...Object.keys(modelManifestSchema.shape.files.shape),
  ...Object.keys(judgeManifestSchema.shape.files.shape),
  NOTICES,
];
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
  const opened: Checkpoint[] = [];
  const open = (file: string): Checkpoint => {
    const checkpoint = openCheckpoint(file);
    opened.push(checkpoint);
    return checkpoint;
  };
  try {
    const manifest = await writeModel(output.path, options, open, progress, signal);
    await output.commit();
    return manifest;
  } finally {
    for (const checkpoint of opened) checkpoint.close();
    // After `commit` there is nothing left of it.
    await output.discard();
  }
}

async function writeModel(
  directory: string,
  options: ConvertOptions,
  open: (file: string) => Checkpoint,
  progress: Progress,
  signal: AbortSignal,
): Promise<ModelManifest> {
  const plan = planModel(open(options.generator), open(options.clip), options);
  const { tokenizer: file, tokenizerMerges: merges } = options;
  const tokenizerSources = merges === undefined ? { tokenizer: file } : { tokenizer: file, merges };
  const tokenizer = await loadTokenizer(tokenizerSources, {
    file: options.clip,
    vocabSize: plan.text.vocabSize,
  });
  const judge =
    options.judge &&
    (await loadJudge(options.judge, open, {
      ...{ tokenizer, tokenizerSources },
      floatType: options.precision === 'fp16' ? 'float16' : 'float32',
      pictureSize: plan.generator.imageSize,
    }));
  const sources = await sourcesOf([options.generator, options.clip, file, merges ?? []].flat(), signal);
  const judgeSources = judge ? await sourcesOf(judge.inputs, signal) : [];
  if (judgeSources.some(({ sha256 }, at) => at === 0 && sha256 === sources[1]?.sha256)) {
    throw new CheckpointError({ file: options.clip, reason: 'is the model’s CLIP: --judge must be another' });
  }
  const isInt8 = options.precision === 'int8';
  const prompts = isInt8 ? await loadPrompts(options.calibrationPrompts) : [];
  const graph = plan.graphs['generator.onnx'];
  const graphs = isInt8 ? { ...plan.graphs, 'generator.onnx': calibrationGraph(graph) } : plan.graphs;
  if (options.notices !== undefined) await copyFile(options.notices, join(directory, NOTICES));
  const fileOf = await writeGraphs(directory, { ...graphs, ...judge?.plan.graphs }, progress, signal);
  const tokenizerFile = await writeTokenizer(directory, 'tokenizer.json', tokenizer);
  const text = { ...plan.text, ...tokensOf(tokenizer) };
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
  const files = {
    'generator.onnx': quantised?.file ?? fileOf('generator.onnx'),
    'text-encoder.onnx': fileOf('text-encoder.onnx'),
    'image-encoder.onnx': fileOf('image-encoder.onnx'),
    'tokenizer.json': tokenizerFile,
  };
  const manifest = await describe(options, plan, {
    text,
    files,
    ...(judge && { judge: await describeJudge(directory, judge, judgeSources, files, fileOf) }),
    sources,
    ...(quantised && { quantisation: quantised.quantisation }),
  });
  await writeFile(join(directory, 'model.json'), `${JSON.stringify(manifest, null, 2)}\n`, { flag: 'wx' });
  return manifest;
}

type FileOf = (name: string) => WrittenFile;

async function writeGraphs(
  directory: string,
  graphs: Readonly<Record<string, Graph>>,
  progress: Progress,
  signal: AbortSignal,
): Promise<FileOf> {
  const messages = Object.entries(graphs).map(
    ([name, graph]) => [name, boundedMessage(name, encodeModel(graph))] as const,
  );
  progress.start(messages.reduce((sum, [, { sizeBytes }]) => sum + sizeBytes, 0));
  const options: WriteOptions = { signal, onWritten: (sizeBytes) => progress.advance(sizeBytes) };
  const written = new Map<string, WrittenFile>();
  for (const [name, message] of messages) {
    written.set(name, await writeMessage(join(directory, name), message, options));
  }
  return (name) => {
    const file = written.get(name);
    if (!file) throw new Error(`${name} was not written`);
    return file;
  };
}

function boundedMessage(name: string, message: Message): Message {
  if (message.sizeBytes <= MAX_ONNX_BYTES) return message;
  const reason = `would have ${message.sizeBytes} bytes; one ONNX file holds at most ${MAX_ONNX_BYTES}: try --precision fp16`;
  throw new CheckpointError({ file: name, reason });
}

async function writeTokenizer(
  directory: string,
  name: string,
  { bytes }: LoadedTokenizer,
): Promise<WrittenFile> {
  await writeFile(join(directory, name), bytes, { flag: 'wx' });
  return { sha256: await sha256Hex(new Uint8Array(bytes)), sizeBytes: bytes.length };
}

function tokensOf({ startToken, endToken }: LoadedTokenizer) {
  return { startToken, endToken, padToken: PAD_TOKEN };
}

async function sourcesOf(
  paths: readonly string[],
  signal: AbortSignal,
): Promise<ModelManifest['provenance']['sources']> {
  const sources: ModelManifest['provenance']['sources'] = [];
  for (const path of paths) sources.push({ name: basename(path), sha256: await hashFile(path, signal) });
  return sources;
}

interface Described extends Pick<ModelManifest, 'text' | 'files'> {
  readonly judge?: JudgeManifest;
  readonly quantisation?: ModelManifest['quantisation'];
  readonly sources: ModelManifest['provenance']['sources'];
}

async function describe(
  { id, precision, halfWeights, passes, licence, commercialUse, imageMean, imageStd }: ConvertOptions,
  { generator, vision, ignoredTensors }: ModelPlan,
  { text, files, judge, quantisation, sources }: Described,
): Promise<ModelManifest> {
  return modelManifestSchema.parse({
    schemaVersion: 1,
    id,
    digest: await modelDigestOf({ generator, text, files }),
    architecture: 'galip',
    precision,
    licence,
    commercialUse,
    ...(quantisation && { quantisation }),
    provenance: {
      sources,
      converter: CONVERTER,
      passes: halfWeights ? [...passes, HALF_WEIGHTS] : [...passes],
      ignoredTensors,
    },
    generator,
    text,
    vision: { ...vision, imageMean, imageStd },
    ...(judge && { judge }),
    files,
  });
}

async function describeJudge(
  directory: string,
  { name, plan, tokenizer, hasOwnTokenizer }: LoadedJudge,
  sources: JudgeManifest['sources'],
  modelFiles: ModelManifest['files'],
  fileOf: FileOf,
): Promise<JudgeManifest> {
  const text = { ...plan.text, ...tokensOf(tokenizer) };
  const files = {
    'judge-text-encoder.onnx': fileOf('judge-text-encoder.onnx'),
    'judge-image-encoder.onnx': fileOf('judge-image-encoder.onnx'),
    ...(hasOwnTokenizer && {
      'judge-tokenizer.json': await writeTokenizer(directory, 'judge-tokenizer.json', tokenizer),
    }),
  };
  return {
    name,
    digest: await judgeDigestOf({ text, files }, { files: modelFiles }),
    text,
    vision: plan.vision,
    sources,
    ignoredTensors: { ...plan.ignoredTensors },
    files,
  };
}
