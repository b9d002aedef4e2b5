import type { Environment } from '../../kubernetes/environment.ts';
import { gpuScaledObject } from '../../kubernetes/scaled-object.ts';

/** How far the number of replicas may go in a time. */
export interface ScalingPolicy {
  readonly type: 'Pods' | 'Percent';
  readonly value: number;
  readonly periodSeconds: number;
}

export interface ScalingDirection {
  readonly stabilizationWindowSeconds: number;
  readonly policies: readonly ScalingPolicy[];
}

/** What KEDA and the HorizontalPodAutoscaler that it makes go by. */
export interface ScalingRules {
  readonly maxReplicas: number;
  /** Demand that one replica is meant to have. */
  readonly threshold: number;
  /** More than this is activity. */
  readonly activationThreshold: number;
  readonly pollSeconds: number;
  readonly cooldownSeconds: number;
  readonly scaleUp: ScalingDirection;
  readonly scaleDown: ScalingDirection;
}

/** The rules as the manifests have them: what is planned is what is deployed. */
export function scalingRulesOf(environment: Environment): ScalingRules {
  const { spec } = gpuScaledObject(environment);
  const trigger = spec?.triggers[0]?.metadata;
  const behavior = spec?.advanced?.horizontalPodAutoscalerConfig?.behavior;
  return {
    maxReplicas: known(spec?.maxReplicaCount, 'maxReplicaCount'),
    threshold: Number(known(trigger?.threshold, 'threshold')),
    activationThreshold: Number(known(trigger?.activationThreshold, 'activationThreshold')),
    pollSeconds: known(spec?.pollingInterval, 'pollingInterval'),
    cooldownSeconds: known(spec?.cooldownPeriod, 'cooldownPeriod'),
    scaleUp: known(behavior?.scaleUp, 'scaleUp') as ScalingDirection,
    scaleDown: known(behavior?.scaleDown, 'scaleDown') as ScalingDirection,
  };
}

function known<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`the ScaledObject has no ${name}: the plan needs it`);
  return value;
}
