import { Namespace } from 'kubernetes-models/v1/Namespace';
import { backendDeployment } from './deployment.ts';
import { disruptionBudget } from './disruption-budget.ts';
import type { Environment } from './environment.ts';
import { backendIngress } from './ingress.ts';
import { backendNetworkPolicy } from './network-policy.ts';
import { peersService } from './peers-service.ts';
import { gpuScaledObject } from './scaled-object.ts';
import { backendService } from './service.ts';
import { backendServiceMonitor } from './service-monitor.ts';
import { scalingWatchdog } from './watchdog.ts';

/** One object of a cluster, as kubernetes-models has them. */
export interface Manifest {
  readonly kind: string;
  readonly metadata?: { readonly name?: string };
  /** @throws Error naming the field that its schema does not allow. */
  validate(): void;
  toJSON(): unknown;
}

/** All of the backend in a cluster, in the order in which it is applied. */
export function manifestsOf(environment: Environment): readonly Manifest[] {
  return [
    new Namespace({
      metadata: {
        name: environment.namespace,
        labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
      },
    }),
    backendNetworkPolicy(environment),
    backendService(environment, 'cpu'),
    backendService(environment, 'gpu'),
    peersService(environment, 'cpu'),
    peersService(environment, 'gpu'),
    backendIngress(environment),
    backendDeployment(environment, 'cpu'),
    backendDeployment(environment, 'gpu'),
    disruptionBudget(environment, 'cpu'),
    disruptionBudget(environment, 'gpu'),
    gpuScaledObject(environment),
    backendServiceMonitor(environment),
    scalingWatchdog(environment),
  ];
}
