import type { Profile } from '../profile.ts';
import { createRandom } from './random.ts';
import { createReplica, type ReplicaSettings } from './replica.ts';
import { createTimeline } from './timeline.ts';

export interface ReplicaRun {
  /** Times of the requests that were served, ms. */
  readonly servedMs: readonly number[];
  /** How many were served before `endsAtMs`. */
  readonly servedInTime: number;
  readonly shed: number;
}

export interface ReplicaRunOptions extends ReplicaSettings {
  readonly profile: Profile;
  /** Ascending, ms. */
  readonly arrivals: readonly number[];
  readonly endsAtMs: number;
  readonly seed: number;
}

/** One replica under a load: what `npm run bench plan` holds against the real backend. */
export function simulateReplica({ arrivals, endsAtMs, seed, ...options }: ReplicaRunOptions): ReplicaRun {
  const timeline = createTimeline();
  const replica = createReplica({ ...options, timeline, random: createRandom(seed, 0) });
  const servedMs: number[] = [];
  let servedInTime = 0;
  let shed = 0;
  for (const atMs of arrivals) {
    timeline.at(atMs, () =>
      replica.ask((outcome) => {
        if (outcome !== 'served') {
          shed++;
          return;
        }
        servedMs.push(timeline.now() - atMs);
        if (timeline.now() <= endsAtMs) servedInTime++;
      }),
    );
  }
  timeline.run();
  return { servedMs, servedInTime, shed };
}
