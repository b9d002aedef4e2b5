import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import type { Environment } from './environment.ts';
import { BACKEND_LABELS } from './tier.ts';

/** Has Prometheus scrape each replica as often as KEDA asks. */
export function backendServiceMonitor({ namespace }: Environment): ServiceMonitor {
  return new ServiceMonitor({
    metadata: { name: 'galip-backend', namespace, labels: BACKEND_LABELS },
    spec: {
      selector: { matchLabels: BACKEND_LABELS },
      endpoints: [{ port: 'http', path: '/metrics', interval: '15s' }],
    },
  });
}
