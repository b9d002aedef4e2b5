import type { Profile } from '../profile.ts';
import { startAutoscaler } from '../scaling/autoscaler.ts';
import { SCRAPE_SECONDS } from '../scaling/demand-metric.ts';
import { createGpuFleet } from '../scaling/gpu-fleet.ts';
import type { ScalingRules } from '../scaling/scaling-rules.ts';
import type { Arrival } from '../traffic/arrivals.ts';
import { createEdgeRouter } from './edge-router.ts';
import { createRandom } from './random.ts';
import { createReplica, type Replica, type ReplicaSettings } from './replica.ts';
import { countAnswer, countArrival, createTally, type Tally } from './tally.ts';
import { createTimeline } from './timeline.ts';

/** Spans that a plan is told in. */
const SLICES = 24;
/** Streams of random numbers: arrivals have the first, replicas of the floor the next, GPUs all from here on. */
const FLOOR_STREAM = 100;
const GPU_STREAM = 1_000;

export interface TierPlan {
  readonly profile: Profile;
  readonly settings: ReplicaSettings;
}

export interface PlanOptions {
  /** Ascending. Those before `fromMs` only bring the replicas to where they would be. */
  readonly arrivals: Iterable<Arrival>;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly gpu: TierPlan;
  readonly cpu: TierPlan & { readonly replicas: number };
  readonly rules: ScalingRules;
  readonly seed: number;
}

export interface PlanRun {
  /** Of equal spans between `fromMs` and `untilMs`. */
  readonly slices: readonly Tally[];
  /** Hours of machines with a GPU in that time. */
  readonly gpuHours: number;
}

/** Edge, queues, batchers and KEDA in time that is only counted. The same options give the same run. */
export function simulatePlan(options: PlanOptions): PlanRun {
  const { fromMs, untilMs, gpu, cpu, rules, seed } = options;
  const timeline = createTimeline();
  const replicaOf = ({ profile, settings }: TierPlan, stream: number): Replica =>
    createReplica({ ...settings, profile, timeline, random: createRandom(seed, stream) });
  const floor = Array.from({ length: cpu.replicas }, (_, at) => replicaOf(cpu, FLOOR_STREAM + at));
  const fleet = createGpuFleet({
    timeline,
    coldStart: gpu.profile.coldStart,
    createReplica: (index) => replicaOf(gpu, GPU_STREAM + index),
  });
  startAutoscaler({ rules, timeline, fleet, floor, endsAtMs: untilMs });
  const router = createEdgeRouter({ gpus: fleet.ready, floor });
  const slices = Array.from({ length: SLICES }, createTally);
  /** What came before is counted nowhere. */
  const before = createTally();
  const sliceAt = (atMs: number): Tally =>
    slices[Math.floor(((atMs - fromMs) / (untilMs - fromMs)) * SLICES)] ?? before;

  const arrivals = options.arrivals[Symbol.iterator]();
  const arriveNext = (): void => {
    const { value: arrival, done } = arrivals.next();
    if (done || arrival.atMs >= untilMs) return;
    timeline.at(arrival.atMs, () => {
      const tally = sliceAt(arrival.atMs);
      const end = (answer: Parameters<typeof countAnswer>[1]): void =>
        countAnswer(tally, answer, timeline.now() - arrival.atMs);
      countArrival(tally, arrival, !arrival.isHit && router.ask(end));
      arriveNext();
    });
  };

  const look = (): void => {
    sliceAt(timeline.now()).ready.push(fleet.ready().length);
    const nextMs = timeline.now() + 1_000 * SCRAPE_SECONDS;
    if (nextMs < untilMs) timeline.at(nextMs, look);
  };

  let gpuSeconds = 0;
  timeline.at(fromMs, () => {
    gpuSeconds = -fleet.gpuSeconds();
    look();
  });
  timeline.at(untilMs, () => {
    gpuSeconds += fleet.gpuSeconds();
  });
  arriveNext();
  timeline.run();
  return { slices, gpuHours: gpuSeconds / 3_600 };
}
