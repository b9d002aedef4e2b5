import { Service } from 'kubernetes-models/v1/Service';
import type { Environment } from './environment.ts';
import { BACKEND_LABELS, PORT } from './tier.ts';

export const SERVICE_NAME = 'galip-backend';

/** All replicas that are ready, of both tiers: while no GPU is, the CPU floor has all requests. */
export function backendService({ namespace }: Environment): Service {
  return new Service({
    metadata: { name: SERVICE_NAME, namespace, labels: BACKEND_LABELS },
    spec: { selector: BACKEND_LABELS, ports: [{ name: 'http', port: PORT, targetPort: 'http' }] },
  });
}
