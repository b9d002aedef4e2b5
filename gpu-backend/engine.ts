import { type ModelCard, modelCardOf } from './contract/model-card.ts';
import type { FilePool } from './pipeline/file-pool.ts';
import { createTokeniser } from './pipeline/tokenise.ts';
import type { ConvolutionSearch, ExecutionProvider } from './runtime/execution-provider.ts';
import type { BucketTime } from './runtime/inference.ts';
import type { LoadReport } from './runtime/inference-messages.ts';
import { createInferenceProcess, type RestartEvent } from './runtime/inference-process.ts';
import { readJudgeTokenizer, readModelManifest, readTokenizer } from './runtime/model-directory.ts';
import type { ByteBudget } from './serving/byte-budget.ts';
import type { Clock } from './serving/clock.ts';
import { type Composer, createComposer } from './serving/composer.ts';
import { createGenerator, type Generator } from './serving/generator.ts';
import type { Limiter } from './serving/limiter.ts';
import { type BatchReport, createBatchScheduler } from './serving/scheduler.ts';
import type { TailEstimate } from './serving/tail-estimate.ts';
import type { ObjectStore } from './storage/object-store.ts';

/** What all models of this process share. */
export interface EngineParts {
  readonly files: FilePool;
  readonly store: ObjectStore;
  readonly limitStore: Limiter;
  readonly memory: ByteBudget;
  readonly tail: TailEstimate;
  readonly clock: Clock;
  readonly onRestart: (event: RestartEvent) => void;
  /** Told of each process that has its model ready. */
  readonly onLoad: (report: LoadReport) => void;
  readonly onBatch: (report: BatchReport) => void;
  /** Told of each picture that was answered and could not be stored after that. */
  readonly onLost: (fingerprint: string, error: unknown) => void;
}

export interface EngineOptions {
  readonly modelDirectory: string;
  /** Threads of one operator; 0 = one a core. */
  readonly inferenceThreads: number;
  /** What the model is to run on: the first that can. */
  readonly executionProviders: readonly ExecutionProvider[];
  readonly convolutionSearch: ConvolutionSearch;
  /** The inference process's whole environment. */
  readonly inferenceEnvironment: Readonly<Record<string, string>>;
  readonly batchBuckets: readonly number[];
  readonly maxQueueDelayMs: number;
  /** Pictures that may wait for the model. */
  readonly queueLimit: number;
  readonly textCacheBytes: number;
  /** Bound of one request, ms. */
  readonly deadlineMs: number;
  readonly withProvenance: boolean;
}

/** One model with all that serves it. */
export interface Engine {
  readonly card: ModelCard;
  readonly generator: Generator;
  readonly composer: Composer;
  /** What each bucket takes. Rejects when the model cannot be loaded. */
  readonly ready: Promise<readonly BucketTime[]>;
  isReady(): boolean;
  /** Pictures that wait for the model. */
  queueDepth(): number;
  /** Process id of the model. */
  pid(): number | undefined;
  /** Lets what was accepted finish, then ends the model's process. */
  close(): Promise<void>;
}

/**
 * Reads a model directory and starts its process.
 * @throws ModelDirectoryError when the directory is not what its manifest says.
 */
export async function openEngine(options: EngineOptions, parts: EngineParts): Promise<Engine> {
  const { modelDirectory, batchBuckets, maxQueueDelayMs, queueLimit } = options;
  const model = await readModelManifest(modelDirectory);
  const tokenise = createTokeniser(await readTokenizer(modelDirectory, model), model.text);
  const judgeTokenise =
    model.judge && createTokeniser(await readJudgeTokenizer(modelDirectory, model), model.judge.text);
  const inference = createInferenceProcess({
    modelDirectory,
    digest: model.digest,
    imageSize: model.generator.imageSize,
    buckets: batchBuckets,
    threads: options.inferenceThreads,
    providers: options.executionProviders,
    convolutionSearch: options.convolutionSearch,
    textCacheBytes: options.textCacheBytes,
    environment: options.inferenceEnvironment,
    onRestart: parts.onRestart,
    onLoad: parts.onLoad,
  });
  const scheduler = createBatchScheduler({
    inference,
    ready: inference.ready,
    clock: parts.clock,
    maxQueueDelayMs,
    queueRows: queueLimit,
    tailMs: parts.tail.ms,
    onBatch: parts.onBatch,
  });
  const { deadlineMs, withProvenance } = options;
  const generator = createGenerator({
    ...parts,
    ...{ model, tokenise, judgeTokenise, scheduler, deadlineMs, withProvenance },
  });
  const composer = createComposer({ ...parts, model, deadlineMs, withProvenance });
  return {
    card: modelCardOf(model),
    generator,
    composer,
    ready: inference.ready,
    isReady: inference.isReady,
    queueDepth: scheduler.depth,
    pid: inference.pid,
    async close() {
      await Promise.all([generator.idle(), composer.idle()]);
      await inference.close();
    },
  };
}
