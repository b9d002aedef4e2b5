import { Service } from 'kubernetes-models/v1/Service';
import type { Environment } from './environment.ts';
import { labelsOf, nameOf, PORT, type Tier } from './tier.ts';

const peersNameOf = (tier: Tier): string => `${nameOf(tier)}-peers`;

/**
 * A name whose addresses are a tier's replicas, each by itself: by it they tell one another what was withdrawn. It has not
 * the backend's labels: Prometheus would find each replica twice by them, and KEDA twice the demand.
 */
export function peersService({ namespace }: Environment, tier: Tier): Service {
  return new Service({
    metadata: { name: peersNameOf(tier), namespace, labels: { 'app.kubernetes.io/component': tier } },
    spec: {
      clusterIP: 'None',
      selector: labelsOf(tier),
      ports: [{ name: 'http', port: PORT, targetPort: 'http' }],
    },
  });
}

/** The backend's PEERS_URL. */
export function peersUrlOf({ namespace }: Environment, tier: Tier): string {
  return `http://${peersNameOf(tier)}.${namespace}.svc:${PORT}`;
}
