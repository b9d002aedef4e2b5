import { type Refusal, refusalOf } from './admission.ts';
import { meetsDeadlines, takeEarliest } from './earliest-deadline.ts';
import { createFairTurns } from './fair-turns.ts';
import type { Job, Part } from './job.ts';
import type { ServiceTimes } from './service-times.ts';
import { createWaitingJobs } from './waiting-jobs.ts';

/** Batches that the model holds at once: the one that runs, and the next, which then begins without a pause. */
const MODEL_DEPTH = 2;

export interface BatcherOptions {
  /** How long a job waits at most for company while the model is free, ms; never one that finds the model idle. */
  readonly maxQueueDelayMs: number;
  /** Rows that may wait. */
  readonly queueRows: number;
  /** What follows the model (encoding, storing), ms. */
  readonly tailMs: () => number;
  /** Time until the model can run at all, ms; 0 while it is ready. */
  readonly outageMs: () => number;
}

export interface Batch<J extends Job> {
  readonly parts: readonly Part<J>[];
  readonly rows: number;
  /** Rows that the model computes; what is beyond `rows` is padding. */
  readonly bucket: number;
}

/** What to do now. */
interface Decision<J extends Job> {
  /** Jobs that can no longer be made in time; they are out of the queue. */
  readonly expired: readonly J[];
  /** To be sent to the model at once; ask again after it. */
  readonly batch?: Batch<J>;
  /** When to ask again, should nothing happen before. */
  readonly againAtMs?: number;
}

/**
 * Which rows go to the model, when and with whom. Holds no timer and no clock: time is an argument, so that whoever owns
 * the clock, a test or a simulation too, drives it.
 *
 * A job is taken only while all jobs that wait, served by their deadlines, would be made in time; callers are served in
 * fair turns for as long as that stays so after the turn, and by deadline where it would not. So no job that was taken
 * misses its deadline while batches take what they were measured to take.
 */
export interface Batcher<J extends Job> {
  /** Undefined: the job waits now. */
  offer(job: J, nowMs: number): Refusal | undefined;
  next(nowMs: number): Decision<J>;
  /** A batch came back; `hasRun` says that its time is one to learn from. */
  end(batch: Batch<J>, nowMs: number, hasRun: boolean): void;
  /** Nobody wants this job's remaining rows any more. */
  remove(job: J): void;
  /** Takes out a job of which nothing has left yet; false: it is too late for that. */
  withdraw(job: J): boolean;
  /** Sets what batches take, as soon as the model has been warmed. Nothing runs before. */
  setTimes(times: ServiceTimes): void;
  waitingRows(): number;
  /** Expected time until all that was taken is made, ms. */
  drainMs(nowMs: number): number;
}

export function createBatcher<J extends Job>(options: BatcherOptions): Batcher<J> {
  const { maxQueueDelayMs, queueRows, tailMs, outageMs } = options;
  const turns = createFairTurns<J>();
  const waiting = createWaitingJobs<J>();
  /** What the model holds, in order, with when each began or will begin. */
  const running: { readonly batch: Batch<J>; beginsAtMs: number }[] = [];
  /** Until when the model is not idle, although it has nothing to do: those whom it just served may be back at once. */
  let busyUntilMs = 0;
  let times: ServiceTimes | undefined;

  const freeAtMs = (nowMs: number): number => {
    const last = running.at(-1);
    const endsAtMs = last && times ? last.beginsAtMs + times.plan().timeOf(last.batch.bucket) : nowMs;
    return Math.max(nowMs + outageMs(), endsAtMs);
  };

  /** Whether what waits, but for what leaves with `leaving`, can all be made when the model is free at `startAtMs`. */
  const isFeasible = (startAtMs: number, leaving: readonly Part<J>[] = []): boolean => {
    if (!times) return true;
    const takenOf = new Map(leaving.map(({ job, from, count }) => [job, from + count]));
    const demands = waiting.all.map(({ job, taken }) => ({
      rows: job.rows - (takenOf.get(job) ?? taken),
      deadlineAtMs: job.deadlineAtMs,
    }));
    return meetsDeadlines(demands, startAtMs, times.plan(), tailMs());
  };

  const choose = (bucket: number, endsAtMs: number): readonly Part<J>[] => {
    const fair = turns.choose(waiting.all, bucket);
    const isInTime = fair.parts.every(({ job }) => endsAtMs + tailMs() <= job.deadlineAtMs);
    if (!isInTime || !isFeasible(endsAtMs, fair.parts)) return takeEarliest(waiting.all, bucket);
    fair.commit();
    return fair.parts;
  };

  return {
    waitingRows: () => waiting.rows,
    offer(job, nowMs) {
      const plan = times?.plan();
      const queue = { waiting, queueRows, nowMs, freeAtMs: freeAtMs(nowMs), tailMs: tailMs(), plan };
      const refusal = refusalOf(job, queue);
      if (refusal) {
        // Refused by an idle model: with nothing to run, what was once slow would be believed for ever.
        const isIdle = running.length === 0 && waiting.rows === 0 && outageMs() === 0;
        if (isIdle) times?.forget();
        return refusal;
      }
      const foundIdle =
        running.length === 0 && nowMs >= busyUntilMs && waiting.all.every((entry) => entry.foundIdle);
      waiting.add({ job, taken: 0, askedAtMs: nowMs, foundIdle });
      return undefined;
    },
    next(nowMs) {
      const leastMs = times?.plan().coverMs(1) ?? 0;
      const expired = waiting.remove(({ job }) => nowMs + leastMs > job.deadlineAtMs);
      if (!times || waiting.rows === 0 || running.length >= MODEL_DEPTH) return { expired };
      const plan = times.plan();
      const { all, rows } = waiting;
      const bucket = plan.bucketFor(rows);
      const gains = plan.gainsFromMore(rows);
      if (running.length > 0) {
        // One batch ahead, and only a batch that whoever still comes could not make better.
        if (gains || rows < bucket) return { expired };
      } else if (gains && !all.some(({ foundIdle }) => foundIdle)) {
        const againAtMs = Math.min(...all.map(({ askedAtMs }) => askedAtMs)) + maxQueueDelayMs;
        if (nowMs < againAtMs && isFeasible(againAtMs)) return { expired, againAtMs };
      }
      const beginsAtMs = freeAtMs(nowMs);
      const parts = choose(bucket, beginsAtMs + plan.timeOf(bucket));
      waiting.take(parts);
      const batch = { parts, bucket, rows: Math.min(rows, bucket) };
      running.push({ batch, beginsAtMs });
      return { expired, batch };
    },
    end(batch, nowMs, hasRun) {
      const at = running.findIndex((one) => one.batch === batch);
      const [ended] = running.splice(at, 1);
      if (ended && hasRun) times?.observe(batch.bucket, nowMs - ended.beginsAtMs);
      const [next] = running;
      if (at === 0 && next) next.beginsAtMs = nowMs;
      if (batch.parts.length > 1) busyUntilMs = nowMs + maxQueueDelayMs;
    },
    remove(job) {
      waiting.remove((entry) => entry.job === job);
    },
    withdraw: (job) => waiting.remove((entry) => entry.job === job && entry.taken === 0).length > 0,
    setTimes(measured) {
      times = measured;
    },
    drainMs: (nowMs) => freeAtMs(nowMs) - nowMs + (times?.plan().coverMs(waiting.rows) ?? 0),
  };
}
