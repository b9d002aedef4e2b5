import { modelCardOf } from '../../gpu-backend/contract/model-card.ts';
import { type AppOptions, createApp } from '../../gpu-backend/http/app.ts';
import type { LogEntry } from '../../gpu-backend/http/json-log.ts';
import { createMetrics } from '../../gpu-backend/http/metrics.ts';
import { createNonceMemory } from '../../gpu-backend/http/nonce-memory.ts';
import { createFilePool } from '../../gpu-backend/pipeline/file-pool.ts';
import { createTokeniser } from '../../gpu-backend/pipeline/tokenise.ts';
import type { Inference } from '../../gpu-backend/runtime/inference.ts';
import { createInferenceProcess } from '../../gpu-backend/runtime/inference-process.ts';
import {
  readJudgeTokenizer,
  readModelManifest,
  readTokenizer,
} from '../../gpu-backend/runtime/model-directory.ts';
import { createByteBudget } from '../../gpu-backend/serving/byte-budget.ts';
import { createSystemClock } from '../../gpu-backend/serving/clock.ts';
import { createComposer } from '../../gpu-backend/serving/composer.ts';
import { createGenerator, type GeneratorOptions } from '../../gpu-backend/serving/generator.ts';
import { createLimiter } from '../../gpu-backend/serving/limiter.ts';
import { createBatchScheduler } from '../../gpu-backend/serving/scheduler.ts';
import { createTailEstimate } from '../../gpu-backend/serving/tail-estimate.ts';
import { createMemoryStore } from '../../gpu-backend/storage/memory-store.ts';
import { EMOJI_MODEL } from '../fixtures/emoji-model.ts';
import { TEST_SIGNING_KEY } from '../fixtures/signed-request.ts';

export type TestBackend = Awaited<ReturnType<typeof createTestBackend>>;

/**
 * The backend as engine.ts and main.ts put it together, with the real model in its process, objects in memory and the
 * log in a list. `withParts` makes another app on the same model with some parts replaced.
 * @param buckets only these batch sizes are run: a single one makes a CPU batch as a GPU does.
 */
export async function createTestBackend(buckets: readonly number[] = [1, 2, 4, 8]) {
  const model = await readModelManifest(EMOJI_MODEL);
  const tokenise = createTokeniser(await readTokenizer(EMOJI_MODEL, model), model.text);
  const judgeTokenise =
    model.judge && createTokeniser(await readJudgeTokenizer(EMOJI_MODEL, model), model.judge.text);
  const inference = createInferenceProcess({
    modelDirectory: EMOJI_MODEL,
    digest: model.digest,
    imageSize: model.generator.imageSize,
    buckets,
    textCacheBytes: 2 ** 20,
    threads: 1,
    onRestart: () => metrics.countChildRestart(),
  });
  const clock = createSystemClock();
  const tail = createTailEstimate();
  const files = createFilePool(1);
  const memory = createByteBudget(2 ** 28);
  const limitStore = createLimiter(16);
  const schedulerOn = (other: Inference) =>
    createBatchScheduler({
      // Tests replace its parts while it runs.
      inference: { ...other, generate: (...call) => other.generate(...call) },
      ready: inference.ready,
      clock,
      maxQueueDelayMs: 2,
      queueRows: 64,
      tailMs: tail.ms,
      onBatch: (batch) => metrics.recordBatch(batch),
    });
  const scheduler = schedulerOn(inference);
  const store = createMemoryStore();
  const log: LogEntry[] = [];
  const now = () => Math.floor(Date.now() / 1_000);
  const metrics = createMetrics({
    queueDepth: scheduler.depth,
    requestsInFlight: () => 0,
    bytesInFlight: memory.usedBytes,
    encodeDepth: files.depth,
    storeWrites: limitStore.running,
    isReady: inference.isReady,
  });

  const withParts = (parts: Partial<GeneratorOptions> = {}, ofApp: Partial<AppOptions> = {}) => {
    const generator = createGenerator({
      model,
      tokenise,
      judgeTokenise,
      scheduler,
      files,
      store,
      limitStore,
      memory,
      tail,
      clock,
      deadlineMs: 30_000,
      withProvenance: true,
      onLost: (fingerprint) => log.push({ event: 'picture_lost', fingerprint }),
      ...parts,
    });
    const composer = createComposer({
      model,
      files,
      store,
      memory,
      clock,
      deadlineMs: 30_000,
      withProvenance: true,
      ...parts,
    });
    const app = createApp({
      generator: () => generator,
      composer: () => composer,
      metrics,
      model: () => modelCardOf(model),
      signature: { keys: [TEST_SIGNING_KEY], now, rememberNonce: createNonceMemory(now) },
      readiness: () => (inference.isReady() ? 'ready' : 'starting'),
      log: (entry) => log.push(entry),
      ...ofApp,
    });
    return { generator, app };
  };

  return {
    ...withParts(),
    withParts,
    schedulerOn,
    model,
    tokenise,
    inference,
    scheduler,
    files,
    memory,
    clock,
    store,
    metrics,
    log,
    async close() {
      await Promise.all([inference.close(), files.close()]);
    },
  };
}
