import type { IContainer } from 'kubernetes-models/v1';
import { Pod } from 'kubernetes-models/v1/Pod';
import { backendVariables, CORES, SECRET_VARIABLES } from '../kubernetes/backend-variables.ts';
import type { Environment } from '../kubernetes/environment.ts';
import { PORT } from '../kubernetes/tier.ts';

/** Requests that one instance is sent at a time; the next ones wake another. Its queue takes these and more. */
const CONCURRENCY = 64;
/** Of a request, seconds: above the backend's own deadline. */
const TIMEOUT_SECONDS = 60;

/** A service of Cloud Run, in the form of `gcloud run services replace`. */
export interface CloudRunService {
  readonly apiVersion: 'serving.knative.dev/v1';
  readonly kind: 'Service';
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
      readonly spec: {
        readonly containerConcurrency: number;
        readonly timeoutSeconds: number;
        readonly nodeSelector: Readonly<Record<string, string>>;
        readonly containers: readonly IContainer[];
      };
    };
  };
}

/**
 * The GPU backend on Cloud Run: instances by requests, none while there are none. Secrets are Secret Manager's, by the
 * names `galip-…`. An instance that is to stop gets 10 s there: a request that takes longer is lost to the edge's retry.
 * @see https://docs.cloud.google.com/run/docs/configuring/services/gpu
 */
export function cloudRunService(environment: Environment): CloudRunService {
  const { namespace, gpu, images } = environment;
  const variables = Object.entries(backendVariables(environment, 'gpu'));
  const container: IContainer = {
    image: images.cuda,
    name: 'backend',
    // Cloud Run sets PORT to it.
    ports: [{ name: 'http1', containerPort: PORT }],
    env: [
      ...variables.map(([name, value]) => ({ name, value })),
      ...SECRET_VARIABLES.map((name) => ({
        name,
        valueFrom: { secretKeyRef: { name: `${namespace}-${kebabCase(name)}`, key: 'latest' } },
      })),
    ],
    resources: { limits: { cpu: String(CORES), memory: '16Gi', 'nvidia.com/gpu': '1' } },
    startupProbe: { httpGet: { path: '/health/ready', port: PORT }, periodSeconds: 3, failureThreshold: 80 },
    livenessProbe: { httpGet: { path: '/health/live', port: PORT }, periodSeconds: 10, failureThreshold: 3 },
  };
  const spec = {
    containerConcurrency: CONCURRENCY,
    timeoutSeconds: TIMEOUT_SECONDS,
    nodeSelector: { 'run.googleapis.com/accelerator': 'nvidia-l4' },
    containers: [container],
  };
  assertPodSpec(spec);
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: {
      name: `${namespace}-backend`,
      annotations: { 'run.googleapis.com/ingress': 'all', 'run.googleapis.com/invoker-iam-disabled': 'true' },
    },
    spec: {
      template: {
        metadata: {
          annotations: {
            'autoscaling.knative.dev/minScale': '0',
            'autoscaling.knative.dev/maxScale': String(gpu.maxReplicas),
            'run.googleapis.com/cpu-throttling': 'false',
            'run.googleapis.com/startup-cpu-boost': 'true',
            'run.googleapis.com/gpu-zonal-redundancy-disabled': 'true',
          },
        },
        spec,
      },
    },
  };
}

/** Its pod is Kubernetes' with two fields more: the rest holds against Kubernetes' schema. */
function assertPodSpec({
  containers,
  nodeSelector,
}: {
  readonly containers: IContainer[];
  readonly nodeSelector: Record<string, string>;
}): void {
  new Pod({ metadata: { name: 'backend' }, spec: { containers, nodeSelector } }).validate();
}

function kebabCase(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}
