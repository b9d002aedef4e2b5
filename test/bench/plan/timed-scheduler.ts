import { setTimeout as sleep } from 'node:timers/promises';
import type { BucketTime, Inference } from '../../../gpu-backend/runtime/inference.ts';
import type { Row } from '../../../gpu-backend/serving/batch-input.ts';
import { createSystemClock } from '../../../gpu-backend/serving/clock.ts';
import { createBatchScheduler } from '../../../gpu-backend/serving/scheduler.ts';

const NEVER = new AbortController().signal;
const ROW: Row = {
  prompt: 'x',
  tokenIds: new Map([['x', BigInt64Array.of(1n)]]),
  noise: new Float32Array(1),
};

/** A model that only lets time pass, one batch after the other: as a GPU, it needs next to nothing of this machine. */
function createTimedModel(times: readonly BucketTime[]): Inference {
  const msOf = new Map(times.map(({ bucket, ms }) => [bucket, ms]));
  let freeAtMs = 0;
  return {
    async generate({ bucket }) {
      const ms = msOf.get(bucket) ?? 0;
      freeAtMs = Math.max(performance.now(), freeAtMs) + ms;
      await sleep(freeAtMs - performance.now());
      return {
        pictures: { fd: 0, position: 0, rowBytes: 0 },
        release: () => undefined,
        textEncoderMs: 0,
        generatorMs: ms,
        encodedTexts: 0,
      };
    },
    isReady: () => true,
    outageMs: () => 0,
    close: () => Promise.resolve(),
  };
}

export interface TimedLoad {
  /** From asking to the picture, ms. */
  readonly servedMs: readonly number[];
  readonly servedInTime: number;
}

export interface TimedLoadOptions {
  readonly times: readonly BucketTime[];
  readonly queueRows: number;
  readonly maxQueueDelayMs: number;
  readonly deadlineMs: number;
  /** Ascending, ms from now. */
  readonly arrivals: readonly number[];
  readonly endsAtMs: number;
}

/** The backend's scheduler on the machine's clock before that model, under these arrivals. */
export async function runTimedLoad(options: TimedLoadOptions): Promise<TimedLoad> {
  const { times, queueRows, maxQueueDelayMs, deadlineMs, arrivals, endsAtMs } = options;
  const scheduler = createBatchScheduler({
    inference: createTimedModel(times),
    ready: Promise.resolve(times),
    clock: createSystemClock(),
    maxQueueDelayMs,
    queueRows,
    tailMs: () => 0,
  });
  await sleep(1);
  const servedMs: number[] = [];
  let servedInTime = 0;
  const startedAt = performance.now();
  const ask = async (): Promise<void> => {
    const askedAt = performance.now();
    const request = { caller: '', count: 1, rows: () => [ROW], deadlineAtMs: askedAt + deadlineMs };
    await Promise.all(scheduler.run(request, NEVER));
    servedMs.push(performance.now() - askedAt);
    if (performance.now() - startedAt <= endsAtMs) servedInTime++;
  };
  const asked: Promise<void>[] = [];
  for (const atMs of arrivals) {
    const waitMs = startedAt + atMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    // What is shed is not served; nothing else can fail here.
    asked.push(ask().catch(() => undefined));
  }
  await Promise.all(asked);
  return { servedMs, servedInTime };
}
