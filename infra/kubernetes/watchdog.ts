import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import { DEMAND_METRICS, demandQuery } from './demand.ts';
import type { Environment } from './environment.ts';
import { BACKEND_LABELS, nameOf } from './tier.ts';

/** Longer than a node with a GPU takes to come, its images to be pulled and the model to be warm. */
const WAKE_LIMIT = '10m';

/** Says where scaling to zero does not do what it should: GPUs that do not wake, that do not sleep, no metrics. */
export function scalingWatchdog(environment: Environment): PrometheusRule {
  const { namespace, gpu } = environment;
  const demand = demandQuery(environment);
  const replicas = (kind: string) =>
    `kube_deployment_status_replicas${kind}{namespace="${namespace}",deployment="${nameOf('gpu')}"}`;
  const idleMinutes = Math.ceil(gpu.idleSeconds / 60) + 20;
  return new PrometheusRule({
    metadata: { name: 'galip-scaling', namespace, labels: BACKEND_LABELS },
    spec: {
      groups: [
        {
          name: 'galip-scaling',
          rules: [
            alert('GalipGpuDoesNotWake', 'critical', {
              expr: `(${demand}) > ${gpu.demandToWake} and on() sum(${replicas('_ready')}) == 0`,
              for: WAKE_LIMIT,
              summary: 'There is work for a GPU, and none is ready: the CPU floor is alone.',
            }),
            alert('GalipGpuDoesNotSleep', 'warning', {
              expr: `(${demand}) == 0 and on() sum(${replicas('')}) > 0`,
              for: `${idleMinutes}m`,
              summary: 'GPUs run that have had nothing to do for longer than they may idle.',
            }),
            alert('GalipDemandUnknown', 'critical', {
              expr: DEMAND_METRICS.map((name) => `absent(${name}{namespace="${namespace}"})`).join(' or '),
              for: '5m',
              summary: 'No replica reports its demand: KEDA scales by its fallback.',
            }),
          ],
        },
      ],
    },
  });
}

interface AlertOptions {
  readonly expr: string;
  readonly for: string;
  readonly summary: string;
}

function alert(name: string, severity: 'warning' | 'critical', { summary, ...rule }: AlertOptions) {
  return { alert: name, ...rule, labels: { severity }, annotations: { summary } };
}
