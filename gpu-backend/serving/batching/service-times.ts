import type { BucketTime } from '../../runtime/inference.ts';
import { type BucketPlan, createBucketPlan } from './bucket-plan.ts';

/** Share of the newest measurement: a change is believed after about five batches. */
const SMOOTHING = 0.2;

/** What batches take, learnt as they run. */
export interface ServiceTimes {
  observe(bucket: number, ms: number): void;
  plan(): BucketPlan;
}

/** @param warm what each bucket took when it was warmed: only these are ever run. */
export function createServiceTimes(warm: readonly BucketTime[]): ServiceTimes {
  let times = warm;
  let plan: BucketPlan | undefined;
  return {
    observe(bucket, ms) {
      times = times.map((time) =>
        time.bucket === bucket ? { bucket, ms: time.ms + SMOOTHING * (ms - time.ms) } : time,
      );
      plan = undefined;
    },
    plan() {
      plan ??= createBucketPlan(times);
      return plan;
    },
  };
}
