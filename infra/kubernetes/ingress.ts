import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import type { Environment } from './environment.ts';
import { BACKEND_LABELS, nameOf, TIERS } from './tier.ts';

/** What the edge asks for. Metrics and liveness stay inside. */
const PATHS = [
  '/v1/generate',
  '/v1/withdraw',
  '/v1/scores',
  '/v1/compose',
  '/v1/models',
  '/health/ready',
] as const;

/** TLS certificate of the hosts; whoever operates the cluster makes it. */
const TLS_SECRET_NAME = 'galip-backend-tls';

/** The edge's way in, a host for each tier. Requests for work are signed, so that the hosts may be public. */
export function backendIngress({ namespace, hosts, ingress }: Environment): Ingress {
  const rules = TIERS.map((tier) => {
    const backend = { service: { name: nameOf(tier), port: { name: 'http' } } };
    return {
      host: hosts[tier],
      http: { paths: PATHS.map((path) => ({ path, pathType: 'Exact' as const, backend })) },
    };
  });
  return new Ingress({
    metadata: { name: 'galip-backend', namespace, labels: BACKEND_LABELS },
    spec: {
      ingressClassName: ingress.className,
      tls: [{ hosts: rules.map(({ host }) => host), secretName: TLS_SECRET_NAME }],
      rules,
    },
  });
}
