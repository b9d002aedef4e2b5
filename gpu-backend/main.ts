import { parseConfig } from './config.ts';
import { modelCardOf } from './contract/model-card.ts';
import { createApp } from './http/app.ts';
import { createJsonLog } from './http/json-log.ts';
import { createMetrics } from './http/metrics.ts';
import { createNonceMemory } from './http/nonce-memory.ts';
import { listen } from './http/server.ts';
import { createTokeniser } from './pipeline/tokenise.ts';
import { createInferenceProcess } from './runtime/inference-process.ts';
import { readModelManifest, readTokenizer } from './runtime/model-directory.ts';
import { createSystemClock } from './serving/clock.ts';
import { createGenerator } from './serving/generator.ts';
import { createFifoScheduler } from './serving/scheduler.ts';
import { createS3Store } from './storage/s3-store.ts';

/** What accepted requests get to finish after a stop was asked for, ms; platforms kill after 30 s. */
const STOP_LIMIT_MS = 20_000;

const log = createJsonLog((line) => process.stdout.write(line));

try {
  await start();
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}

async function start(): Promise<void> {
  const config = parseConfig(process.env);
  const model = await readModelManifest(config.modelDirectory);
  const tokenise = createTokeniser(await readTokenizer(config.modelDirectory, model), model.text);

  const inference = createInferenceProcess({
    modelDirectory: config.modelDirectory,
    threads: config.inferenceThreads,
    environment: config.inferenceEnvironment,
    onRestart: (event) => {
      metrics.countChildRestart();
      log({ event: 'inference_restart', ...event });
    },
  });
  const clock = createSystemClock();
  const scheduler = createFifoScheduler({ inference, clock, queueLimit: config.queueLimit });
  const generator = createGenerator({
    model,
    tokenise,
    scheduler,
    store: createS3Store(config.s3),
    clock,
    deadlineMs: config.deadlineMs,
    withProvenance: config.withProvenance,
  });

  let isStopping = false;
  const now = () => Math.floor(Date.now() / 1_000);
  const metrics = createMetrics({ queueDepth: scheduler.depth });
  const app = createApp({
    generator,
    metrics,
    model: modelCardOf(model),
    signature: { keys: config.signingKeys, now, rememberNonce: createNonceMemory(now) },
    readiness: () => (isStopping ? 'stopping' : inference.isReady() ? 'ready' : 'starting'),
    log,
  });
  const server = await listen(app, config);
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    log({ event: 'stopping', signal });
    await server.stop(STOP_LIMIT_MS);
    await inference.close();
    log({ event: 'stopped' });
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  log({ event: 'listening', url: server.url, model: model.id, digest: model.digest });

  await inference.ready;
  log({ event: 'ready', model: model.id });
}
