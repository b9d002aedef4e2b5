import { modelCardOf } from '../../gpu-backend/contract/model-card.ts';
import { createApp } from '../../gpu-backend/http/app.ts';
import type { LogEntry } from '../../gpu-backend/http/json-log.ts';
import { createMetrics } from '../../gpu-backend/http/metrics.ts';
import { createNonceMemory } from '../../gpu-backend/http/nonce-memory.ts';
import { createTokeniser } from '../../gpu-backend/pipeline/tokenise.ts';
import { createInferenceProcess } from '../../gpu-backend/runtime/inference-process.ts';
import { readModelManifest, readTokenizer } from '../../gpu-backend/runtime/model-directory.ts';
import { createSystemClock } from '../../gpu-backend/serving/clock.ts';
import { createGenerator, type GeneratorOptions } from '../../gpu-backend/serving/generator.ts';
import { createFifoScheduler } from '../../gpu-backend/serving/scheduler.ts';
import { createMemoryStore } from '../../gpu-backend/storage/memory-store.ts';
import { EMOJI_MODEL } from '../fixtures/emoji-model.ts';
import { TEST_SIGNING_KEY } from '../fixtures/signed-request.ts';

export type TestBackend = Awaited<ReturnType<typeof createTestBackend>>;

/**
 * The backend as main.ts puts it together, with the real model in its process, objects in memory and the log in a list.
 * `withParts` makes another app on the same model with some parts replaced.
 */
export async function createTestBackend() {
  const model = await readModelManifest(EMOJI_MODEL);
  const tokenise = createTokeniser(await readTokenizer(EMOJI_MODEL, model), model.text);
  const inference = createInferenceProcess({
    modelDirectory: EMOJI_MODEL,
    threads: 1,
    onRestart: () => metrics.countChildRestart(),
  });
  const clock = createSystemClock();
  const scheduler = createFifoScheduler({ inference, clock, queueLimit: 16 });
  const metrics = createMetrics({ queueDepth: scheduler.depth });
  const store = createMemoryStore();
  const log: LogEntry[] = [];
  const now = () => Math.floor(Date.now() / 1_000);

  const withParts = (parts: Partial<GeneratorOptions> = {}) => {
    const generator = createGenerator({
      model,
      tokenise,
      scheduler,
      store,
      clock,
      deadlineMs: 30_000,
      withProvenance: true,
      ...parts,
    });
    const app = createApp({
      generator,
      metrics,
      model: modelCardOf(model),
      signature: { keys: [TEST_SIGNING_KEY], now, rememberNonce: createNonceMemory(now) },
      readiness: () => (inference.isReady() ? 'ready' : 'starting'),
      log: (entry) => log.push(entry),
    });
    return { generator, app };
  };

  return { ...withParts(), withParts, model, tokenise, inference, scheduler, clock, store, metrics, log };
}
