import type { Profile } from '../profile.ts';
import type { Replica } from '../simulation/replica.ts';
import type { Timeline } from '../simulation/timeline.ts';

/** How long a machine without a pod stays: cluster-autoscaler's default of --scale-down-unneeded-time. */
const NODE_IDLE_SECONDS = 600;
/** A replica that is to go still takes nothing new and finishes what it has; looked at this often. */
const DRAIN_CHECK_SECONDS = 5;

export interface GpuFleetOptions {
  readonly timeline: Timeline;
  readonly coldStart: Profile['coldStart'];
  /** @param index counts all replicas that ever were. */
  readonly createReplica: (index: number) => Replica;
}

/** Replicas with a GPU each, and the machines under them. */
export interface GpuFleet {
  /** Replicas that are wanted, ready or not. */
  count(): number;
  ready(): readonly Replica[];
  scaleTo(count: number): void;
  /** Seconds of machines with a GPU, from their order to their release, so far. */
  gpuSeconds(): number;
}

interface Pod {
  readonly index: number;
  readonly replica: Replica;
  isReady: boolean;
  isGone: boolean;
}

export function createGpuFleet({ timeline, coldStart, createReplica }: GpuFleetOptions): GpuFleet {
  /** In the order in which they came. */
  let pods: Pod[] = [];
  let ready: Replica[] = [];
  let created = 0;
  let machines = 0;
  /** Machines without a pod, by when they will be released. */
  const idleUntilMs: number[] = [];
  let gpuMs = 0;
  let countedToMs = 0;

  const count = (): void => {
    gpuMs += machines * (timeline.now() - countedToMs);
    countedToMs = timeline.now();
  };

  const release = (): void => {
    const untilMs = timeline.now() + 1_000 * NODE_IDLE_SECONDS;
    idleUntilMs.push(untilMs);
    timeline.at(untilMs, () => {
      const place = idleUntilMs.indexOf(untilMs);
      if (place < 0) return;
      idleUntilMs.splice(place, 1);
      count();
      machines--;
    });
  };

  const start = (): void => {
    const { nodeSeconds, podSeconds } = coldStart;
    const hasMachine = idleUntilMs.pop() !== undefined;
    if (!hasMachine) {
      count();
      machines++;
    }
    const index = created++;
    const pod: Pod = { index, replica: createReplica(index), isReady: false, isGone: false };
    pods.push(pod);
    timeline.after(1_000 * (podSeconds + (hasMachine ? 0 : nodeSeconds)), () => {
      if (pod.isGone) return;
      pod.isReady = true;
      update();
    });
  };

  const stop = (pod: Pod): void => {
    pod.isGone = true;
    const whenDone = (): void => {
      if (pod.replica.inFlight() === 0) release();
      else timeline.after(1_000 * DRAIN_CHECK_SECONDS, whenDone);
    };
    whenDone();
  };

  const update = (): void => {
    ready = pods.filter(({ isReady }) => isReady).map(({ replica }) => replica);
  };

  return {
    count: () => pods.length,
    ready: () => ready,
    scaleTo(wanted) {
      while (pods.length < wanted) start();
      // As a ReplicaSet does: those that are not ready first, then the youngest.
      const leaving = pods
        .toSorted((a, b) => Number(a.isReady) - Number(b.isReady) || b.index - a.index)
        .slice(0, pods.length - wanted);
      pods = pods.filter((pod) => !leaving.includes(pod));
      for (const pod of leaving) stop(pod);
      update();
    },
    gpuSeconds() {
      count();
      return gpuMs / 1_000;
    },
  };
}
