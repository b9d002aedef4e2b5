import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import type { ITopologySpreadConstraint } from 'kubernetes-models/v1';
import { backendContainer, PRE_STOP_SECONDS } from './backend-container.ts';
import type { Environment } from './environment.ts';
import { labelsOf, nameOf, type Tier } from './tier.ts';

/** Of the image; Kubernetes checks that it is not root. */
const USER = 65_532;
/** What accepted requests get to finish after SIGTERM (30 s), and room for the process's own end. */
const STOP_SECONDS = 35;

/**
 * Replicas of one tier. Those of GPUs have no count: KEDA sets it, and applying this again must not take it back.
 */
export function backendDeployment(environment: Environment, tier: Tier): Deployment {
  const labels = labelsOf(tier);
  return new Deployment({
    metadata: { name: nameOf(tier), namespace: environment.namespace, labels },
    spec: {
      ...(tier === 'cpu' && { replicas: environment.cpuReplicas }),
      selector: { matchLabels: labels },
      // A GPU more than there are would be waited for in vain: the old one goes first where there is one alone.
      strategy: { type: 'RollingUpdate', rollingUpdate: tier === 'gpu' ? GPU_UPDATE : CPU_UPDATE },
      template: {
        metadata: { labels },
        spec: {
          containers: [backendContainer(environment, tier)],
          terminationGracePeriodSeconds: PRE_STOP_SECONDS + STOP_SECONDS,
          topologySpreadConstraints: SPREAD_OVER.map((key) => spreadOver(key, labels)),
          ...(tier === 'gpu' && { tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }] }),
          securityContext: {
            runAsNonRoot: true,
            runAsUser: USER,
            runAsGroup: USER,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          automountServiceAccountToken: false,
          enableServiceLinks: false,
        },
      },
    },
  });
}

const GPU_UPDATE = { maxSurge: 0, maxUnavailable: 1 };
const CPU_UPDATE = { maxSurge: 1, maxUnavailable: 0 };

const SPREAD_OVER = ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'] as const;

function spreadOver(topologyKey: string, matchLabels: Record<string, string>): ITopologySpreadConstraint {
  return { topologyKey, maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels } };
}
