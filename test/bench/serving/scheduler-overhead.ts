import { noiseFromSeed } from '../../../gpu-backend/contract/noise.ts';
import type { InferenceBatch } from '../../../gpu-backend/runtime/inference.ts';
import {
  createInferenceProcess,
  type InferenceProcess,
} from '../../../gpu-backend/runtime/inference-process.ts';
import { readModelManifest } from '../../../gpu-backend/runtime/model-directory.ts';
import type { Row } from '../../../gpu-backend/serving/batch-input.ts';
import { createSystemClock } from '../../../gpu-backend/serving/clock.ts';
import { createBatchScheduler, type Scheduler } from '../../../gpu-backend/serving/scheduler.ts';
import { EMOJI_MODEL } from '../../fixtures/emoji-model.ts';
import { percentile } from './percentile.ts';

const NEVER = new AbortController().signal;
/** Rows of one measurement of throughput. */
const ROWS = 192;
/** Single pictures of one measurement of the idle delay. */
const SINGLES = 60;
/** Requests that wait at once, so that the largest batch is always there to be made. */
const BACKLOG = 96;

export interface SchedulerOverhead {
  readonly bucket: number;
  /** Pictures a second through the batcher, of those of a loop that sends full batches. */
  readonly throughputRatio: number;
  /** What the batcher adds to a picture that finds the model idle, ms, medians. */
  readonly idleMs: number;
}

/** The batcher against the bare model process, alternating: one bucket size, the real model. */
export async function measureScheduler(bucket: number, rounds: number): Promise<SchedulerOverhead> {
  const model = await readModelManifest(EMOJI_MODEL);
  const { noiseDim, imageSize } = model.generator;
  const inference = createInferenceProcess({
    modelDirectory: EMOJI_MODEL,
    digest: model.digest,
    imageSize,
    buckets: [bucket],
    textCacheBytes: 2 ** 20,
    threads: 1,
  });
  const scheduler = createBatchScheduler({
    inference,
    ready: inference.ready,
    clock: createSystemClock(),
    maxQueueDelayMs: 2,
    queueRows: 10_000,
    tailMs: () => 0,
  });
  await inference.ready;
  const tokenIds = BigInt64Array.of(BigInt(model.text.startToken), BigInt(model.text.endToken));
  const row: Row = { prompt: 'x', tokenIds: new Map([['x', tokenIds]]), noise: noiseFromSeed(1, noiseDim) };
  const noise = Float32Array.from(Array.from({ length: bucket }, () => [...row.noise]).flat());
  const full: InferenceBatch = {
    rows: bucket,
    bucket,
    texts: [tokenIds],
    sentenceOf: Array<number>(bucket).fill(0),
    noise,
  };
  const single = { ...full, rows: 1, noise: row.noise, sentenceOf: [0] };
  const throughput: number[] = [];
  const idle: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const rawMs = await timed(() => rawLoop(inference, full, Math.ceil(ROWS / bucket)));
    const batchedMs = await timed(() => saturate(scheduler, row, Math.ceil(ROWS / bucket) * bucket));
    throughput.push(rawMs / batchedMs);
    for (let at = 0; at < SINGLES; at++) {
      const direct = await timed(async () => (await inference.generate(single, NEVER)).release());
      const scheduled = await timed(() => ask(scheduler, row));
      idle.push(scheduled - direct);
    }
  }
  await inference.close();
  return { bucket, throughputRatio: percentile(throughput, 0.5), idleMs: percentile(idle, 0.5) };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function ask(scheduler: Scheduler, row: Row, caller = 'bench'): Promise<void> {
  const deadlineAtMs = performance.now() + 600_000;
  const [made] = await Promise.all(
    scheduler.run({ caller, count: 1, rows: () => [row], deadlineAtMs }, NEVER),
  );
  made?.release();
}

async function rawLoop(inference: InferenceProcess, batch: InferenceBatch, times: number): Promise<void> {
  for (let at = 0; at < times; at++) (await inference.generate(batch, NEVER)).release();
}

/** So many rows, with a backlog that never runs dry until the end. */
async function saturate(scheduler: Scheduler, row: Row, rows: number): Promise<void> {
  let left = rows;
  const client = async (_: unknown, at: number): Promise<void> => {
    while (left-- > 0) await ask(scheduler, row, `client ${at % 8}`);
  };
  await Promise.all(Array.from({ length: Math.min(rows, BACKLOG) }, client));
}
