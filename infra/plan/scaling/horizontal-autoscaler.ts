import type { ScalingDirection, ScalingPolicy, ScalingRules } from './scaling-rules.ts';

/** Between two decisions: Kubernetes' default of --horizontal-pod-autoscaler-sync-period. */
export const SYNC_SECONDS = 15;
/** Demand within this of what the replicas are meant for changes nothing: Kubernetes' default tolerance. */
const TOLERANCE = 0.1;

/**
 * `ceil(metric / target)`, for an external metric with an average value as target.
 * @see https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details
 */
function wantedReplicas(metric: number, target: number, current: number): number {
  return Math.abs(1 - metric / (target * current)) <= TOLERANCE ? current : Math.ceil(metric / target);
}

/** A number that was wanted, or by which replicas changed, at a time. */
interface Note {
  readonly atSeconds: number;
  readonly count: number;
}

/** The HorizontalPodAutoscaler between 1 and `maxReplicas`, with what it remembers. */
export interface HorizontalAutoscaler {
  /** Replicas that there are to be from now on. */
  decide(metric: number, current: number, nowSeconds: number): number;
}

export function createHorizontalAutoscaler(rules: ScalingRules): HorizontalAutoscaler {
  const { maxReplicas, threshold, scaleUp, scaleDown } = rules;
  let wanted: Note[] = [];
  let added: Note[] = [];
  let removed: Note[] = [];

  const since = (notes: readonly Note[], nowSeconds: number, seconds: number): Note[] =>
    notes.filter(({ atSeconds }) => atSeconds > nowSeconds - seconds);
  const sum = (notes: readonly Note[], nowSeconds: number, seconds: number): number =>
    since(notes, nowSeconds, seconds).reduce((total, { count }) => total + count, 0);

  /** The least of what was wanted lately where that is more, the most where it is less: what jumps is waited for. */
  const stabilised = (want: number, current: number, nowSeconds: number): number => {
    const lately = ({ stabilizationWindowSeconds: seconds }: ScalingDirection): number[] => [
      want,
      ...since(wanted, nowSeconds, seconds).map(({ count }) => count),
    ];
    const up = Math.min(...lately(scaleUp));
    const down = Math.max(...lately(scaleDown));
    return Math.min(Math.max(current, up), down);
  };

  /** Replicas when a policy's period began. */
  const before = (current: number, { periodSeconds }: ScalingPolicy, nowSeconds: number): number =>
    current - sum(added, nowSeconds, periodSeconds) + sum(removed, nowSeconds, periodSeconds);

  const most = (current: number, nowSeconds: number): number =>
    Math.max(
      ...scaleUp.policies.map((policy) => {
        const start = before(current, policy, nowSeconds);
        return policy.type === 'Pods' ? start + policy.value : Math.ceil(start * (1 + policy.value / 100));
      }),
    );

  const least = (current: number, nowSeconds: number): number =>
    Math.min(
      ...scaleDown.policies.map((policy) => {
        const start = before(current, policy, nowSeconds);
        return policy.type === 'Pods' ? start - policy.value : Math.floor(start * (1 - policy.value / 100));
      }),
    );

  return {
    decide(metric, current, nowSeconds) {
      const want = Math.min(Math.max(wantedReplicas(metric, threshold, current), 1), maxReplicas);
      const stable = stabilised(want, current, nowSeconds);
      const keepSeconds = Math.max(scaleUp.stabilizationWindowSeconds, scaleDown.stabilizationWindowSeconds);
      wanted = [...since(wanted, nowSeconds, keepSeconds), { atSeconds: nowSeconds, count: want }];
      let next = current;
      if (stable > current) next = Math.max(current, Math.min(stable, most(current, nowSeconds)));
      if (stable < current) next = Math.min(current, Math.max(stable, least(current, nowSeconds)));
      next = Math.min(Math.max(next, 1), maxReplicas);
      const longest = Math.max(
        ...[...scaleUp.policies, ...scaleDown.policies].map(({ periodSeconds }) => periodSeconds),
      );
      added = since(added, nowSeconds, longest);
      removed = since(removed, nowSeconds, longest);
      if (next > current) added.push({ atSeconds: nowSeconds, count: next - current });
      if (next < current) removed.push({ atSeconds: nowSeconds, count: current - next });
      return next;
    },
  };
}
