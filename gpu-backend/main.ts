import { lookup } from 'node:dns/promises';
import { availableParallelism } from 'node:os';
import { type Config, parseConfig } from './config.ts';
import { type EngineParts, openEngine } from './engine.ts';
import { createApp } from './http/app.ts';
import { createJsonLog, createLineWriter, describeError } from './http/json-log.ts';
import { createMetrics } from './http/metrics.ts';
import { createNonceMemory } from './http/nonce-memory.ts';
import { listen } from './http/server.ts';
import { createTellPeers, type TellPeers } from './http/tell-peers.ts';
import { createSpanExporter, type SpanExporter } from './http/tracing/span-exporter.ts';
import { createTracer } from './http/tracing/tracer.ts';
import { createModelHolder } from './model-holder.ts';
import { createFilePool } from './pipeline/file-pool.ts';
import { createByteBudget } from './serving/byte-budget.ts';
import { type Clock, createSystemClock } from './serving/clock.ts';
import { createLimiter } from './serving/limiter.ts';
import { createTailEstimate } from './serving/tail-estimate.ts';
import { observeStore } from './storage/observed-store.ts';
import { createS3Store } from './storage/s3-store.ts';

/** What accepted requests get to finish after a stop was asked for, ms; platforms kill after 30 s. */
const STOP_LIMIT_MS = 27_000;
/** When a stop that hangs ends all the same, ms. */
const EXIT_LIMIT_MS = 29_000;

const lines = createLineWriter((text) => process.stdout.write(text));
process.on('exit', lines.flush);
const log = createJsonLog(lines.write);

try {
  await start();
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}

async function start(): Promise<void> {
  const config = parseConfig(process.env);
  const files = createFilePool(config.encodeThreads || Math.max(1, availableParallelism() - 1));
  const memory = createByteBudget(config.inFlightBytes);
  const limitStore = createLimiter(config.storeWrites);
  const parts: EngineParts = {
    files,
    memory,
    limitStore,
    store: observeStore(createS3Store(config.s3), (operation) => metrics.recordStore(operation)),
    tail: createTailEstimate(),
    clock: createSystemClock(),
    onBatch: (batch) => metrics.recordBatch(batch),
    onLost: (fingerprint, error) => {
      metrics.countLost();
      log({ event: 'picture_lost', fingerprint, cause: describeError(error) });
    },
    onLoad: ({ provider, refused }) => {
      metrics.setProvider(provider);
      log({ event: 'model_loaded', provider, ...(refused.length > 0 && { refused }) });
    },
    onRestart: (event) => {
      metrics.countChildRestart();
      log({ event: 'inference_restart', ...event });
    },
  };
  const models = createModelHolder(await openEngine(config, parts), () => openEngine(config, parts));
  const { current } = models;

  let isStopping = false;
  const now = () => Math.floor(Date.now() / 1_000);
  const metrics = createMetrics({
    queueDepth: () => current().queueDepth(),
    requestsInFlight: () => current().generator.inFlight(),
    bytesInFlight: memory.usedBytes,
    encodeDepth: files.depth,
    storeWrites: limitStore.running,
    isReady: () => current().isReady(),
  });
  const spans = openExporter(config, parts.clock, (dropped) => metrics.countDroppedSpans(dropped));
  const app = createApp({
    generator: () => current().generator,
    composer: () => current().composer,
    metrics,
    model: () => current().card,
    signature: { keys: config.signingKeys, now, rememberNonce: createNonceMemory(now) },
    tellPeers: config.peers && tellAllOf(config.peers, parts.clock),
    readiness: () => (isStopping ? 'stopping' : current().isReady() ? 'ready' : 'starting'),
    log,
    ...(spans && {
      tracer: createTracer({
        exporter: spans,
        now: parts.clock.now,
        epochMs: Date.now() - parts.clock.now(),
      }),
    }),
  });
  const server = await listen(app, config);
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    log({ event: 'stopping', signal });
    setTimeout(() => process.exit(1), EXIT_LIMIT_MS).unref();
    await server.stop(STOP_LIMIT_MS);
    await models.close();
    await files.close();
    await spans?.close();
    log({ event: 'stopped' });
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGUSR2', async () => {
    log({ event: 'model_swapping', from: current().card.digest });
    const swap = await models.swap();
    if (swap.outcome !== 'unchanged') metrics.countModelSwap(swap.outcome);
    log({ event: 'model_swap', ...swap });
  });
  const { card, ready } = current();
  log({ event: 'listening', url: server.url, model: card.id, digest: card.digest });

  const buckets = await ready;
  log({ event: 'ready', model: card.id, buckets });
}

function tellAllOf(url: URL, { now }: Clock): TellPeers {
  const addressesOf = async (host: string) =>
    (await lookup(host, { all: true })).map(({ address }) => address);
  return createTellPeers({ url, addressesOf, fetcher: fetch, now });
}

function openExporter(
  { tracesEndpoint, serviceName }: Config,
  clock: Clock,
  onDropped: (spans: number, reason: string) => void,
): SpanExporter | undefined {
  if (tracesEndpoint === undefined) return undefined;
  const url = new URL(`${tracesEndpoint.replace(/\/$/u, '')}/v1/traces`).href;
  return createSpanExporter({
    url,
    resource: { 'service.name': serviceName },
    fetcher: fetch,
    clock,
    onDropped,
  });
}
