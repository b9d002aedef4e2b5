import type { BucketPlan } from './bucket-plan.ts';
import type { Job, Part, Waiting } from './job.ts';

/** Rows still to be made, and until when. */
export interface Demand {
  readonly rows: number;
  readonly deadlineAtMs: number;
}

/**
 * Whether all demands are met when they are served in this order, that of their deadlines, from `startAtMs` on, each
 * batch cut as the plan says. Earliest deadline first meets every set of deadlines that any order meets.
 * @param tailMs what comes after the model: a demand must be made by as much earlier.
 * @see Liu and Layland, Scheduling algorithms for multiprogramming in a hard-real-time environment, J. ACM 20 (1973)
 */
export function meetsDeadlines(
  demands: readonly Demand[],
  startAtMs: number,
  plan: BucketPlan,
  tailMs: number,
): boolean {
  let unassigned = demands.reduce((sum, { rows }) => sum + rows, 0);
  let atMs = startAtMs;
  let room = 0;
  for (const { rows, deadlineAtMs } of demands) {
    let missing = rows;
    while (missing > room) {
      missing -= room;
      const bucket = plan.bucketFor(unassigned);
      room = Math.min(bucket, unassigned);
      unassigned -= room;
      atMs += plan.timeOf(bucket);
    }
    room -= missing;
    if (rows > 0 && atMs + tailMs > deadlineAtMs) return false;
  }
  return true;
}

/** The first `room` rows of jobs in order of their deadlines. */
export function takeEarliest<J extends Job>(waiting: readonly Waiting<J>[], room: number): Part<J>[] {
  const parts: Part<J>[] = [];
  let left = room;
  for (const { job, taken } of waiting) {
    if (left === 0) break;
    const count = Math.min(job.rows - taken, left);
    parts.push({ job, from: taken, count });
    left -= count;
  }
  return parts;
}
