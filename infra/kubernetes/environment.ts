import type { Tier } from './tier.ts';

/** What differs between the places that the backend runs in. Values that are secret stand nowhere in it. */
export interface Environment {
  readonly namespace: string;
  /** By tag or, better, by digest; `--cuda-image` and `--cpu-image` replace them. */
  readonly images: { readonly cuda: string; readonly cpu: string };
  /** Names under which the edge reaches each tier (its BACKEND_URL), and the ingress controller that has them. */
  readonly hosts: Readonly<Record<Tier, string>>;
  readonly ingress: { readonly className: string; readonly namespace: string };
  readonly monitoring: { readonly namespace: string; readonly prometheusUrl: string };
  readonly s3: {
    readonly endpoint: string;
    readonly bucket: string;
    readonly region: string;
    /** Addresses of the endpoint: all that pods may reach beside DNS. */
    readonly cidrs: readonly string[];
  };
  readonly gpu: {
    readonly maxReplicas: number;
    /** In flight and queued together that one replica is meant to have: two of its largest batches. */
    readonly demandPerReplica: number;
    /** More than this wakes the first GPU; what is less, the CPU floor does alone. */
    readonly demandToWake: number;
    /** How long there must be nothing to do before the last GPU goes, seconds. */
    readonly idleSeconds: number;
  };
  readonly cpuReplicas: number;
}

/** Cloudflare's addresses, R2's endpoints among them. @see https://www.cloudflare.com/ips-v4 */
const CLOUDFLARE_CIDRS = [
  '173.245.48.0/20',
  '103.21.244.0/22',
  '103.22.200.0/22',
  '103.31.4.0/22',
  '141.101.64.0/18',
  '108.162.192.0/18',
  '190.93.240.0/20',
  '188.114.96.0/20',
  '197.234.240.0/22',
  '198.41.128.0/17',
  '162.158.0.0/15',
  '104.16.0.0/13',
  '104.24.0.0/14',
  '172.64.0.0/13',
  '131.0.72.0/22',
] as const;

const PRODUCTION: Environment = {
  namespace: 'galip',
  images: {
    cuda: 'registry.example/galip-backend:0.1.0-cuda',
    cpu: 'registry.example/galip-backend:0.1.0-cpu',
  },
  hosts: { gpu: 'gpu.galip.example', cpu: 'cpu.galip.example' },
  ingress: { className: 'public', namespace: 'ingress' },
  monitoring: { namespace: 'monitoring', prometheusUrl: 'http://prometheus-operated.monitoring.svc:9090' },
  s3: {
    endpoint: 'https://account.r2.cloudflarestorage.com',
    bucket: 'galip-images',
    region: 'auto',
    cidrs: CLOUDFLARE_CIDRS,
  },
  gpu: { maxReplicas: 8, demandPerReplica: 64, demandToWake: 4, idleSeconds: 600 },
  cpuReplicas: 2,
};

export const ENVIRONMENTS: Readonly<Record<'production' | 'staging', Environment>> = {
  production: PRODUCTION,
  staging: {
    ...PRODUCTION,
    namespace: 'galip-staging',
    hosts: { gpu: 'gpu.staging.galip.example', cpu: 'cpu.staging.galip.example' },
    s3: { ...PRODUCTION.s3, bucket: 'galip-images-staging' },
    gpu: { ...PRODUCTION.gpu, maxReplicas: 1, idleSeconds: 300 },
    cpuReplicas: 1,
  },
};
