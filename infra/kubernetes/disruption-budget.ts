import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import type { Environment } from './environment.ts';
import { labelsOf, nameOf, type Tier } from './tier.ts';

/** Nodes are drained one replica of a tier at a time. */
export function disruptionBudget({ namespace }: Environment, tier: Tier): PodDisruptionBudget {
  const labels = labelsOf(tier);
  return new PodDisruptionBudget({
    metadata: { name: nameOf(tier), namespace, labels },
    spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
  });
}
