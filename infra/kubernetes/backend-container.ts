import type { IContainer, IEnvVar, IResourceRequirements } from 'kubernetes-models/v1';
import { backendVariables, CORES, SECRET_VARIABLES } from './backend-variables.ts';
import type { Environment } from './environment.ts';
import { peersUrlOf } from './peers-service.ts';
import { PORT, type Tier } from './tier.ts';

/** Secret with a key for each of SECRET_VARIABLES; whoever operates the cluster makes it. */
const SECRET_NAME = 'galip-backend';

/** How long a replica that is told to stop still takes requests, seconds: until no router sends it any. */
export const PRE_STOP_SECONDS = 5;

/** Ready is when every batch size is warm: seconds on CPUs; a GPU that tunes its convolutions may take minutes. */
const START_LIMIT_SECONDS = 300;
const START_PERIOD_SECONDS = 3;

const RESOURCES: Readonly<Record<Tier, IResourceRequirements>> = {
  gpu: {
    requests: { cpu: String(CORES), memory: '8Gi', 'nvidia.com/gpu': '1' },
    limits: { memory: '8Gi', 'nvidia.com/gpu': '1' },
  },
  cpu: {
    requests: { cpu: String(CORES), memory: '4Gi' },
    limits: { cpu: String(CORES), memory: '4Gi' },
  },
};

/** The backend's one container. It writes nothing and needs no shell: probes are HTTP, waiting is the kubelet's. */
export function backendContainer(environment: Environment, tier: Tier): IContainer {
  return {
    name: 'backend',
    image: tier === 'gpu' ? environment.images.cuda : environment.images.cpu,
    ports: [{ name: 'http', containerPort: PORT }],
    env: [
      ...plain({ ...backendVariables(environment, tier), PEERS_URL: peersUrlOf(environment, tier) }),
      ...SECRET_VARIABLES.map(fromSecret),
    ],
    resources: RESOURCES[tier],
    startupProbe: {
      httpGet: { path: '/health/ready', port: 'http' },
      periodSeconds: START_PERIOD_SECONDS,
      failureThreshold: START_LIMIT_SECONDS / START_PERIOD_SECONDS,
    },
    readinessProbe: {
      httpGet: { path: '/health/ready', port: 'http' },
      periodSeconds: 2,
      timeoutSeconds: 2,
      failureThreshold: 2,
    },
    // Of the process itself: its inference process is replaced by it, without a restart.
    livenessProbe: {
      httpGet: { path: '/health/live', port: 'http' },
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 3,
    },
    lifecycle: { preStop: { sleep: { seconds: PRE_STOP_SECONDS } } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  };
}

function plain(variables: Readonly<Record<string, string>>): IEnvVar[] {
  return Object.entries(variables).map(([name, value]) => ({ name, value }));
}

function fromSecret(name: string): IEnvVar {
  return { name, valueFrom: { secretKeyRef: { name: SECRET_NAME, key: name } } };
}
