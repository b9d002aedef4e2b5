import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { demandQuery } from './demand.ts';
import type { Environment } from './environment.ts';
import { labelsOf, nameOf } from './tier.ts';

const POLL_SECONDS = 15;
/** Four polls without an answer: a minute. */
const FAILED_POLLS = 4;

/**
 * GPUs by demand, down to none: replicas = demand / demandPerReplica, rounded up. Where Prometheus does not answer or
 * knows nothing (the CPU floor always reports), one GPU runs rather than none.
 * @see https://keda.sh/docs/latest/scalers/prometheus/
 */
export function gpuScaledObject(environment: Environment): ScaledObject {
  const { namespace, monitoring, gpu } = environment;
  return new ScaledObject({
    metadata: { name: nameOf('gpu'), namespace, labels: labelsOf('gpu') },
    spec: {
      scaleTargetRef: { name: nameOf('gpu') },
      minReplicaCount: 0,
      maxReplicaCount: gpu.maxReplicas,
      pollingInterval: POLL_SECONDS,
      cooldownPeriod: gpu.idleSeconds,
      fallback: { failureThreshold: FAILED_POLLS, replicas: 1, behavior: 'currentReplicasIfHigher' },
      triggers: [
        {
          type: 'prometheus',
          metricType: 'AverageValue',
          metadata: {
            serverAddress: monitoring.prometheusUrl,
            query: demandQuery(environment),
            threshold: String(gpu.demandPerReplica),
            activationThreshold: String(gpu.demandToWake),
            ignoreNullValues: 'false',
          },
        },
      ],
      advanced: {
        horizontalPodAutoscalerConfig: {
          behavior: {
            // A cold GPU takes minutes: as many as are needed come at once, and go one by one.
            scaleUp: {
              stabilizationWindowSeconds: 0,
              policies: [{ type: 'Percent', value: 300, periodSeconds: 60 }],
            },
            scaleDown: {
              stabilizationWindowSeconds: 300,
              policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }],
            },
          },
        },
      },
    },
  });
}
