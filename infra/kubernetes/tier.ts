/** The two kinds of replicas: GPUs that come and go, and the CPUs that answer while none is there. */
export type Tier = 'gpu' | 'cpu';

/** In the order in which the edge prefers them. */
export const TIERS: readonly Tier[] = ['gpu', 'cpu'];

export interface Labels {
  readonly [name: string]: string;
}

/** Port of the image's process. */
export const PORT = 8788;

/** What all replicas of the backend carry. */
export const BACKEND_LABELS: Labels = { 'app.kubernetes.io/name': 'galip-backend' };

export function nameOf(tier: Tier): string {
  return `galip-${tier}`;
}

export function labelsOf(tier: Tier): Labels {
  return { ...BACKEND_LABELS, 'app.kubernetes.io/component': tier };
}
