import { type Batch, createBatcher } from '../../../gpu-backend/serving/batching/batcher.ts';
import type { Job } from '../../../gpu-backend/serving/batching/job.ts';
import { createServiceTimes } from '../../../gpu-backend/serving/batching/service-times.ts';
import type { Profile } from '../profile.ts';
import { createPool } from './pool.ts';
import { type Quantiles, valueAt } from './quantiles.ts';
import type { Random } from './random.ts';
import type { Timeline } from './timeline.ts';

/** How a replica is configured: the backend's variables of the same names. */
export interface ReplicaSettings {
  readonly queueRows: number;
  readonly maxQueueDelayMs: number;
  readonly deadlineMs: number;
  readonly encodeThreads: number;
}

export interface ReplicaOptions extends ReplicaSettings {
  readonly profile: Profile;
  readonly timeline: Timeline;
  readonly random: Random;
}

/** What became of a request; `expired` was accepted and could not be made in time. */
export type Outcome = 'served' | 'refused' | 'expired';

/** One process of the backend. */
export interface Replica {
  /** A request for one picture arrives; `end` is called once. */
  ask(end: (outcome: Outcome) => void): void;
  /** As `galip_requests_in_flight` and `galip_queue_depth` say. */
  inFlight(): number;
  queued(): number;
}

interface PictureJob extends Job {
  readonly end: (outcome: Outcome) => void;
}

/** All pictures are made for the edge: it names no caller of public ones. */
const CALLER = '';

/**
 * The backend's own batcher before a model that takes what the profile says: HTTP, batcher, model, encoder threads,
 * store, as `gpu-backend/serving/scheduler.ts` and `generator.ts` string them together.
 */
export function createReplica(options: ReplicaOptions): Replica {
  const { profile, timeline, random, deadlineMs, maxQueueDelayMs, queueRows, encodeThreads } = options;
  const { buckets, idle, busy } = profile;
  const tailMs = valueAt(busy.encodeMs, 0.99) + valueAt(busy.storeMs, 0.99);
  const batcher = createBatcher<PictureJob>({
    maxQueueDelayMs,
    queueRows,
    tailMs: () => tailMs,
    outageMs: () => 0,
  });
  batcher.setTimes(createServiceTimes(buckets));
  /** Batches that always take what was said teach the batcher nothing, and it is spared the work. */
  const varies = [idle, busy].some(({ factor }) => factor.some((one) => one !== 1));
  const encoders = createPool(encodeThreads, timeline);
  const msOf = new Map(buckets.map(({ bucket, ms }) => [bucket, ms]));
  let inFlight = 0;
  let isPumpDue = false;
  /** When the model is through with all that it has. */
  let modelFreeAtMs = 0;

  const draw = (quantiles: Quantiles): number => valueAt(quantiles, random());
  const stateNow = () => (modelFreeAtMs > timeline.now() ? busy : idle);

  const pump = (): void => {
    for (;;) {
      const { expired, batch, againAtMs } = batcher.next(timeline.now());
      for (const { end } of expired) end('expired');
      if (againAtMs !== undefined) timeline.at(againAtMs, pump);
      if (!batch) return;
      run(batch);
    }
  };

  const run = (batch: Batch<PictureJob>): void => {
    const { factor } = stateNow();
    const beginsAtMs = Math.max(timeline.now(), modelFreeAtMs);
    modelFreeAtMs = beginsAtMs + (msOf.get(batch.bucket) ?? 0) * draw(factor);
    timeline.at(modelFreeAtMs, () => {
      batcher.end(batch, timeline.now(), varies);
      pump();
      for (const { job, count } of batch.parts) for (let row = 0; row < count; row++) finish(job);
    });
  };

  const finish = ({ end }: PictureJob): void => {
    const { encodeMs, storeMs } = stateNow();
    encoders.run(draw(encodeMs), () => timeline.after(draw(storeMs), () => end('served')));
  };

  return {
    inFlight: () => inFlight,
    queued: batcher.waitingRows,
    ask(answer) {
      // What HTTP takes on both ways is spent before: a request's whole time is the same.
      timeline.after(draw(stateNow().httpMs), () => {
        inFlight++;
        const end = (outcome: Outcome): void => {
          inFlight--;
          answer(outcome);
        };
        const nowMs = timeline.now();
        const job = { caller: CALLER, rows: 1, deadlineAtMs: nowMs + deadlineMs, end };
        if (batcher.offer(job, nowMs)) return end('refused');
        if (isPumpDue) return;
        isPumpDue = true;
        // After all that has arrived with this one.
        timeline.after(0, () => {
          isPumpDue = false;
          pump();
        });
      });
    },
  };
}
