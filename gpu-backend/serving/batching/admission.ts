import type { BucketPlan } from './bucket-plan.ts';
import { meetsDeadlines } from './earliest-deadline.ts';
import type { Job } from './job.ts';
import { placeOf, remainingRows, type WaitingJobs } from './waiting-jobs.ts';

/** Why a job is not taken, and when it may come again. */
export interface Refusal {
  /** The queue is full; the caller has its share of it already; it would be made too late, or make another late. */
  readonly reason: 'queue' | 'share' | 'deadline';
  /** When what stands in the way will be gone, ms. */
  readonly retryAfterMs: number;
}

/** The queue that a job would join. */
export interface QueueState<J extends Job> {
  readonly waiting: WaitingJobs<J>;
  /** Rows that may wait. */
  readonly queueRows: number;
  readonly nowMs: number;
  /** When the model can begin what waits, ms. */
  readonly freeAtMs: number;
  /** What follows the model, ms. */
  readonly tailMs: number;
  /** Undefined until the model has been measured: only rows count then. */
  readonly plan: BucketPlan | undefined;
}

/** Whether `job` must be turned away now, while it has cost nothing. An empty queue is never too full. */
export function refusalOf<J extends Job>(job: J, state: QueueState<J>): Refusal | undefined {
  const { waiting, queueRows, nowMs, freeAtMs, tailMs, plan } = state;
  const coverMs = (rows: number): number => plan?.coverMs(rows) ?? 0;
  const busyMs = freeAtMs - nowMs;
  const free = queueRows - waiting.rows;
  const own = waiting.rowsOf(job.caller);
  if (waiting.rows > 0 && job.rows > free) {
    return { reason: 'queue', retryAfterMs: busyMs + coverMs(job.rows - free) };
  }
  // Dynamic threshold: a caller may hold as much as is free besides, in rows and in time, so that whoever comes next
  // finds room. @see Choudhury and Hahne, Dynamic queue length thresholds, IEEE/ACM ToN 6 (1998)
  if (own > 0 && own + job.rows > free) {
    return { reason: 'share', retryAfterMs: busyMs + coverMs(own + job.rows - free) };
  }
  if (!plan) return undefined;
  const spareMs = job.deadlineAtMs - freeAtMs - tailMs - plan.coverMs(waiting.rows + job.rows);
  const ownMs = coverMs(own);
  if (own > 0 && ownMs > spareMs) return { reason: 'share', retryAfterMs: ownMs - spareMs };
  const demands = waiting.all.map((entry) => ({
    rows: remainingRows(entry),
    deadlineAtMs: entry.job.deadlineAtMs,
  }));
  demands.splice(placeOf(waiting.all, job), 0, job);
  if (meetsDeadlines(demands, freeAtMs, plan, tailMs)) return undefined;
  return { reason: 'deadline', retryAfterMs: Math.max(-spareMs, busyMs + plan.coverMs(1)) };
}
