import type { BucketTime } from '../../../../gpu-backend/runtime/inference.ts';
import type { Refusal } from '../../../../gpu-backend/serving/batching/admission.ts';
import { type Batch, createBatcher } from '../../../../gpu-backend/serving/batching/batcher.ts';
import type { Job } from '../../../../gpu-backend/serving/batching/job.ts';
import { createServiceTimes } from '../../../../gpu-backend/serving/batching/service-times.ts';

export interface SimulatedJob extends Job {
  readonly name: number;
  readonly atMs: number;
}

export interface SimulationOptions {
  readonly times: readonly BucketTime[];
  readonly arrivals: readonly SimulatedJob[];
  readonly queueRows?: number;
  readonly maxQueueDelayMs?: number;
  readonly tailMs?: number;
  /** What a batch really takes; what the times say, if left out. */
  readonly serve?: (bucket: number, at: number) => number;
}

interface SimulatedBatch {
  readonly batch: Batch<SimulatedJob>;
  readonly sentAtMs: number;
  readonly beganAtMs: number;
  readonly endedAtMs: number;
}

/** The batcher against a model that takes exactly as long as it is told, in time that is only counted. */
export function simulateBatcher(options: SimulationOptions) {
  const { times, arrivals, queueRows = 1_000, maxQueueDelayMs = 2, tailMs = 0 } = options;
  const timeOf = new Map(times.map(({ bucket, ms }) => [bucket, ms]));
  const serve = options.serve ?? ((bucket: number) => timeOf.get(bucket) ?? Number.NaN);
  const batcher = createBatcher<SimulatedJob>({
    maxQueueDelayMs,
    queueRows,
    tailMs: () => tailMs,
    outageMs: () => 0,
  });
  batcher.setTimes(createServiceTimes(times));
  const pending = arrivals.toSorted((a, b) => a.atMs - b.atMs);
  const refused = new Map<SimulatedJob, Refusal>();
  const accepted: SimulatedJob[] = [];
  const expired: SimulatedJob[] = [];
  const batches: SimulatedBatch[] = [];
  const inModel: SimulatedBatch[] = [];
  let nowMs = 0;
  let againAtMs = Number.POSITIVE_INFINITY;
  let idleMs = 0;

  const pump = (): void => {
    for (;;) {
      const decision = batcher.next(nowMs);
      expired.push(...decision.expired);
      againAtMs = decision.againAtMs ?? Number.POSITIVE_INFINITY;
      const { batch } = decision;
      if (!batch) return;
      const beganAtMs = Math.max(nowMs, inModel.at(-1)?.endedAtMs ?? 0);
      const sent = {
        batch,
        sentAtMs: nowMs,
        beganAtMs,
        endedAtMs: beganAtMs + serve(batch.bucket, beganAtMs),
      };
      inModel.push(sent);
      batches.push(sent);
    }
  };

  for (;;) {
    const nextMs = Math.min(
      pending[0]?.atMs ?? Number.POSITIVE_INFINITY,
      inModel[0]?.endedAtMs ?? Number.POSITIVE_INFINITY,
      againAtMs,
    );
    if (nextMs === Number.POSITIVE_INFINITY) break;
    if (inModel.length === 0 && batcher.waitingRows() > 0) idleMs = Math.max(idleMs, nextMs - nowMs);
    nowMs = nextMs;
    if (inModel[0]?.endedAtMs === nowMs) {
      const [ended] = inModel.splice(0, 1) as [SimulatedBatch];
      batcher.end(ended.batch, nowMs, true);
    } else if (pending[0]?.atMs === nowMs) {
      const [job] = pending.splice(0, 1) as [SimulatedJob];
      const refusal = batcher.offer(job, nowMs);
      if (refusal) refused.set(job, refusal);
      else accepted.push(job);
      // What arrives at the same moment is offered before anything runs.
      if (pending[0]?.atMs === nowMs) continue;
    }
    pump();
  }

  const endOf = (job: SimulatedJob): number =>
    Math.max(
      ...batches.filter(({ batch }) => batch.parts.some((part) => part.job === job)).map((b) => b.endedAtMs),
    );
  return {
    accepted,
    refused,
    expired,
    batches,
    /** Longest time that the model stood idle while rows waited, ms. */
    idleMs,
    endOf,
    waitingRows: batcher.waitingRows(),
  };
}

/** A GPU: a batch of 32 takes four times as long as one picture. */
export const GPU_TIMES: readonly BucketTime[] = [
  { bucket: 1, ms: 5 },
  { bucket: 2, ms: 5.5 },
  { bucket: 4, ms: 6.5 },
  { bucket: 8, ms: 9 },
  { bucket: 16, ms: 13 },
  { bucket: 32, ms: 20 },
];

/** A CPU: a batch takes as long as its pictures one by one. */
export const CPU_TIMES: readonly BucketTime[] = [
  { bucket: 1, ms: 6 },
  { bucket: 2, ms: 12.2 },
  { bucket: 4, ms: 25 },
  { bucket: 8, ms: 51 },
];
