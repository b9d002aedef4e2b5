import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import type { Environment } from './environment.ts';
import { BACKEND_LABELS, PORT } from './tier.ts';

const DNS_PORTS = [
  { port: 53, protocol: 'UDP' },
  { port: 53, protocol: 'TCP' },
] as const;

const REPLICAS = { podSelector: { matchLabels: BACKEND_LABELS } };

/** In: the ingress controller, Prometheus and replicas. Out: the object store's addresses over TLS, DNS and replicas. Nothing else. */
export function backendNetworkPolicy({ namespace, ingress, monitoring, s3 }: Environment): NetworkPolicy {
  return new NetworkPolicy({
    metadata: { name: 'galip-backend', namespace, labels: BACKEND_LABELS },
    spec: {
      podSelector: { matchLabels: BACKEND_LABELS },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        {
          from: [...[ingress.namespace, monitoring.namespace].map(inNamespace), REPLICAS],
          ports: [{ port: 'http', protocol: 'TCP' }],
        },
      ],
      egress: [
        {
          to: [{ ...inNamespace('kube-system'), podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }],
          ports: [...DNS_PORTS],
        },
        { to: [REPLICAS], ports: [{ port: PORT, protocol: 'TCP' }] },
        {
          to: s3.cidrs.map((cidr) => ({ ipBlock: { cidr } })),
          ports: [{ port: 443, protocol: 'TCP' }],
        },
      ],
    },
  });
}

function inNamespace(name: string) {
  return { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } };
}
