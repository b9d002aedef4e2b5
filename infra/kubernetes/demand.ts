import type { Environment } from './environment.ts';

/** Gauges of the backend (gpu-backend/http/metrics.ts): requests accepted and not ended, pictures that wait for the model. */
export const DEMAND_METRICS = ['galip_requests_in_flight', 'galip_queue_depth'] as const;

/** Scraping sees a moment; the highest of a minute stands for it, so that bursts between two scrapes of load count. */
const WINDOW = '1m';

/** PromQL: requests in flight and queued at all replicas together, the CPU floor's included. */
export function demandQuery({ namespace }: Environment): string {
  return DEMAND_METRICS.map(
    (name) => `sum(max_over_time(${name}{namespace="${namespace}"}[${WINDOW}]))`,
  ).join(' + ');
}
