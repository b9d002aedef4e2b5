import type { Replica } from '../simulation/replica.ts';

/** Between two scrapes (`infra/kubernetes/service-monitor.ts`). */
export const SCRAPE_SECONDS = 15;
/** Of the query's `max_over_time` (`infra/kubernetes/demand.ts`). */
const WINDOW_SECONDS = 60;

/** What Prometheus answers to the query of `infra/kubernetes/demand.ts`. */
export interface DemandMetric {
  /** Reads the gauges of all replicas that are ready. */
  scrape(replicas: Iterable<Replica>, nowSeconds: number): void;
  /** In flight and queued, the highest of a minute for each replica, of all together; also of those that are gone since. */
  value(nowSeconds: number): number;
}

interface Sample {
  readonly atSeconds: number;
  readonly inFlight: number;
  readonly queued: number;
}

export function createDemandMetric(): DemandMetric {
  const samplesOf = new Map<Replica, Sample[]>();
  const forget = (nowSeconds: number): void => {
    for (const [replica, samples] of samplesOf) {
      const fresh = samples.filter(({ atSeconds }) => atSeconds > nowSeconds - WINDOW_SECONDS);
      if (fresh.length === 0) samplesOf.delete(replica);
      else samplesOf.set(replica, fresh);
    }
  };
  return {
    scrape(replicas, nowSeconds) {
      forget(nowSeconds);
      for (const replica of replicas) {
        const sample = { atSeconds: nowSeconds, inFlight: replica.inFlight(), queued: replica.queued() };
        samplesOf.set(replica, [...(samplesOf.get(replica) ?? []), sample]);
      }
    },
    value(nowSeconds) {
      forget(nowSeconds);
      let sum = 0;
      for (const samples of samplesOf.values()) {
        sum += Math.max(...samples.map(({ inFlight }) => inFlight));
        sum += Math.max(...samples.map(({ queued }) => queued));
      }
      return sum;
    },
  };
}
