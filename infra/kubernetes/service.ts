import { Service } from 'kubernetes-models/v1/Service';
import type { Environment } from './environment.ts';
import { labelsOf, nameOf, PORT, type Tier } from './tier.ts';

/** A tier's replicas that are ready. While no GPU is, theirs has none, and the edge goes to the CPU floor's. */
export function backendService({ namespace }: Environment, tier: Tier): Service {
  const labels = labelsOf(tier);
  return new Service({
    metadata: { name: nameOf(tier), namespace, labels },
    spec: { selector: labels, ports: [{ name: 'http', port: PORT, targetPort: 'http' }] },
  });
}
