import type { ScalingRules } from './scaling-rules.ts';

/** KEDA's own part: from none to one, and back to none. */
export interface Activation {
  /** Replicas that there are to be; undefined: that is the HorizontalPodAutoscaler's to say. */
  poll(metric: number, current: number, nowSeconds: number): number | undefined;
}

/**
 * Active is what passes the activation threshold. From none to one at once; to none, from however many, when nothing has
 * been active for the cooldown.
 * @see https://keda.sh/docs/latest/concepts/scaling-deployments/#activating-and-scaling-thresholds
 */
export function createActivation({ activationThreshold, cooldownSeconds }: ScalingRules): Activation {
  let lastActiveSeconds = 0;
  return {
    poll(metric, current, nowSeconds) {
      if (metric > activationThreshold) {
        lastActiveSeconds = nowSeconds;
        return current === 0 ? 1 : undefined;
      }
      return current > 0 && nowSeconds - lastActiveSeconds >= cooldownSeconds ? 0 : undefined;
    },
  };
}
