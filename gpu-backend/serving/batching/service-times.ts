import type { BucketTime } from '../../runtime/inference.ts';
import { type BucketPlan, createBucketPlan } from './bucket-plan.ts';

/** Share of the newest measurement: a change is believed after about five batches. */
const SMOOTHING = 0.2;
/**
 * Share of a bucket's change that the others take over: mostly the whole machine has become slower or faster. Believed
 * of the measured bucket alone, it would make those that nobody runs look better, and each in turn would be tried.
 */
const SHARED = 0.5;
/** What is shared of a batch that took longer: one that was held up for seconds says nothing of the others. */
const MAX_SHARED_RATIO = 2;

/** What batches take, learnt as they run. */
export interface ServiceTimes {
  observe(bucket: number, ms: number): void;
  /** Nothing runs that would tell: what was measured is believed a little less, and the warming a little more. */
  forget(): void;
  plan(): BucketPlan;
}

/** @param warm what each bucket took when it was warmed: only these are ever run. */
export function createServiceTimes(warm: readonly BucketTime[]): ServiceTimes {
  let times = warm;
  let plan: BucketPlan | undefined;
  return {
    observe(bucket, ms) {
      const expected = times.find((time) => time.bucket === bucket)?.ms ?? ms;
      const ratio = ms / expected;
      const own = 1 + SMOOTHING * (ratio - 1);
      const others = 1 + SMOOTHING * SHARED * (Math.min(ratio, MAX_SHARED_RATIO) - 1);
      times = times.map((time) => ({ ...time, ms: time.ms * (time.bucket === bucket ? own : others) }));
      plan = undefined;
    },
    forget() {
      times = times.map(({ bucket, ms }, at) => {
        return { bucket, ms: ms + SMOOTHING * ((warm[at]?.ms ?? ms) - ms) };
      });
      plan = undefined;
    },
    plan() {
      plan ??= createBucketPlan(times);
      return plan;
    },
  };
}
