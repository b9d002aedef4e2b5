import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import type { Environment } from './environment.ts';
import { SERVICE_NAME } from './service.ts';
import { BACKEND_LABELS } from './tier.ts';

/** What the edge asks for. Metrics and liveness stay inside. */
const PATHS = ['/v1/generate', '/v1/models', '/health/ready'] as const;

/** TLS certificate of the host; whoever operates the cluster makes it. */
const TLS_SECRET_NAME = 'galip-backend-tls';

/** The edge's way in. Requests to generate are signed, so that the host may be public. */
export function backendIngress({ namespace, host, ingress }: Environment): Ingress {
  const backend = { service: { name: SERVICE_NAME, port: { name: 'http' } } };
  return new Ingress({
    metadata: { name: SERVICE_NAME, namespace, labels: BACKEND_LABELS },
    spec: {
      ingressClassName: ingress.className,
      tls: [{ hosts: [host], secretName: TLS_SECRET_NAME }],
      rules: [{ host, http: { paths: PATHS.map((path) => ({ path, pathType: 'Exact', backend })) } }],
    },
  });
}
