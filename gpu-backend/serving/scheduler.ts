import { ApiError } from '../contract/errors.ts';
import type { BucketTime, Inference, InferenceResult } from '../runtime/inference.ts';
import { batchInput, type Row } from './batch-input.ts';
import { type Batch, createBatcher } from './batching/batcher.ts';
import type { Job } from './batching/job.ts';
import { createServiceTimes } from './batching/service-times.ts';
import type { Clock } from './clock.ts';
import { Overloaded } from './overloaded.ts';

interface ScheduleRequest {
  /** Whom to be fair to. */
  readonly caller: string;
  readonly count: number;
  /** As many rows, made once the request has been taken: to be refused must cost nothing. */
  readonly rows: () => readonly Row[];
  /** When all must be answered, on the scheduler's clock, ms. */
  readonly deadlineAtMs: number;
  /** Ends it, with the reason it aborts with, as long as none of its rows has gone to the model. */
  readonly withdrawn?: AbortSignal | undefined;
}

/** A row that was made. */
export interface MadeRow {
  /** Where its `[3, imageSize, imageSize]` float32 lie, until `release`. */
  readonly fd: number;
  readonly position: number;
  /** To be called once, when the picture has been read. */
  release(): void;
  /** How well the picture fits its condition; of a row that is scored. */
  readonly score?: number | undefined;
  /** Time between asking and its batch's beginning. */
  readonly queueMs: number;
  readonly textEncoderMs: number;
  readonly generatorMs: number;
  /** Which batch it was in: the same object for all of its rows. */
  readonly batch: { readonly rows: number; readonly bucket: number };
}

/** What became of a batch. */
export interface BatchReport {
  readonly rows: number;
  readonly bucket: number;
  readonly requests: number;
  /** Distinct prompts, and how many of them had to be encoded. */
  readonly texts: number;
  readonly encodedTexts: number;
}

/** Decides when and with whom rows reach the model. */
export interface Scheduler {
  /**
   * One promise for each row; rows of one request may be in several batches. A batch whose model died is run once more.
   * Each rejects with ApiError `backend_unavailable` when the model died twice, `deadline_exceeded` when it cannot be
   * made in time any more, or with whatever reason `signal` aborts with.
   * @throws Overloaded when the request cannot be taken.
   */
  run(request: ScheduleRequest, signal: AbortSignal): Promise<MadeRow>[];
  /** Rows that wait for the model, those that it has left out. */
  depth(): number;
  /** Expected time until all that was taken is made, ms. */
  drainMs(): number;
}

export interface BatchSchedulerOptions {
  readonly inference: Inference;
  /** What each bucket takes, once the model has been warmed. */
  readonly ready: Promise<readonly BucketTime[]>;
  readonly clock: Clock;
  readonly maxQueueDelayMs: number;
  readonly queueRows: number;
  /** What follows the model, ms. */
  readonly tailMs: () => number;
  readonly onBatch?: (report: BatchReport) => void;
}

interface ScheduledJob extends Job {
  /** Its rows, as soon as it has been taken. */
  inputs: readonly Row[];
  readonly signal: AbortSignal;
  /** When they had been made, and its waiting began. */
  askedAtMs: number;
  readonly made: readonly PromiseWithResolvers<MadeRow>[];
  /** Nobody waits for its rows any more. */
  hasFailed: boolean;
}

/** The batcher on a real clock and a real model. */
export function createBatchScheduler(options: BatchSchedulerOptions): Scheduler {
  const { inference, ready, clock, maxQueueDelayMs, queueRows, tailMs, onBatch = () => {} } = options;
  const { outageMs } = inference;
  const batcher = createBatcher<ScheduledJob>({ maxQueueDelayMs, queueRows, tailMs, outageMs });
  let cancelTimer = (): void => {};
  let isPumpDue = false;
  /** One batch after the other is run again: a batch that kills its model takes none along that way. */
  let lastRetry: Promise<unknown> = Promise.resolve();

  const pump = (): void => {
    cancelTimer();
    for (;;) {
      const { expired, batch, againAtMs } = batcher.next(clock.now());
      for (const job of expired) fail(job, new ApiError('deadline_exceeded'));
      if (againAtMs !== undefined) cancelTimer = clock.after(Math.max(0, againAtMs - clock.now()), pump);
      if (!batch) return;
      void run(batch);
    }
  };

  const run = async (batch: Batch<ScheduledJob>): Promise<void> => {
    const input = batchInput(batch, rowsOf(batch));
    const whileWanted = abortedWithAll(batch.parts.map(({ job }) => job.signal));
    let hasRun = true;
    try {
      const result = await inference.generate(input, whileWanted).catch((error: unknown) => {
        hasRun = false;
        const hasDied = error instanceof ApiError && error.code === 'backend_unavailable';
        if (!hasDied || whileWanted.aborted) throw error;
        // Once: a batch that two models died of may well be the reason.
        const retry = lastRetry.then(() => inference.generate(input, whileWanted));
        lastRetry = retry.catch(() => {});
        return retry;
      });
      const { encodedTexts } = result;
      settle(batch, result, clock.now());
      const { parts, rows, bucket } = batch;
      onBatch({ rows, bucket, requests: parts.length, texts: input.texts.length, encodedTexts });
    } catch (error) {
      hasRun = false;
      for (const { job } of batch.parts) {
        batcher.remove(job);
        fail(job, error);
      }
    } finally {
      batcher.end(batch, clock.now(), hasRun);
      pump();
    }
  };

  ready.then(
    (times) => {
      batcher.setTimes(createServiceTimes(times));
      pump();
    },
    // Whoever owns the model ends the process.
    () => {},
  );

  return {
    depth: batcher.waitingRows,
    drainMs: () => batcher.drainMs(clock.now()),
    run({ caller, count, rows, deadlineAtMs, withdrawn }, signal) {
      signal.throwIfAborted();
      withdrawn?.throwIfAborted();
      const made = Array.from({ length: count }, () => Promise.withResolvers<MadeRow>());
      const job: ScheduledJob = {
        inputs: [],
        signal,
        made,
        caller,
        rows: count,
        deadlineAtMs,
        askedAtMs: clock.now(),
        hasFailed: false,
      };
      const refusal = batcher.offer(job, clock.now());
      if (refusal) throw new Overloaded(refusal.reason, refusal.retryAfterMs);
      try {
        job.inputs = rows();
        job.askedAtMs = clock.now();
      } catch (error) {
        batcher.remove(job);
        throw error;
      }
      signal.addEventListener(
        'abort',
        () => {
          batcher.remove(job);
          fail(job, signal.reason);
        },
        { once: true },
      );
      withdrawn?.addEventListener('abort', () => batcher.withdraw(job) && fail(job, withdrawn.reason));
      if (!isPumpDue) {
        isPumpDue = true;
        // After all that has arrived with this one: they may share a batch.
        setImmediate(() => {
          isPumpDue = false;
          pump();
        });
      }
      return made.map(({ promise }) => promise);
    },
  };
}

function rowsOf({ parts }: Batch<ScheduledJob>): Row[] {
  return parts.flatMap(({ job, from, count }) => job.inputs.slice(from, from + count));
}

/** Hands out a batch's pictures; its memory is free again when all have been read. */
function settle({ parts, rows, bucket }: Batch<ScheduledJob>, result: InferenceResult, nowMs: number): void {
  const batch = { rows, bucket };
  const { pictures, textEncoderMs, generatorMs, scores } = result;
  let unread = rows;
  const release = (): void => {
    if (--unread === 0) result.release();
  };
  let at = 0;
  for (const { job, from, count } of parts) {
    const queueMs = Math.max(0, nowMs - textEncoderMs - generatorMs - job.askedAtMs);
    for (const { resolve } of job.made.slice(from, from + count)) {
      const row = at++;
      const position = pictures.position + row * pictures.rowBytes;
      const score = scores?.[row];
      if (job.hasFailed) release();
      else resolve({ fd: pictures.fd, position, release, score, queueMs, textEncoderMs, generatorMs, batch });
    }
  }
}

function fail(job: ScheduledJob, error: unknown): void {
  job.hasFailed = true;
  for (const { reject } of job.made) reject(error);
}

/** Aborts when the last of `signals` has. */
function abortedWithAll(signals: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController();
  let left = signals.length;
  const count = (signal: AbortSignal): void => {
    if (--left === 0) controller.abort(signal.reason);
  };
  for (const signal of signals) {
    if (signal.aborted) count(signal);
    else signal.addEventListener('abort', () => count(signal), { once: true });
  }
  return controller.signal;
}
