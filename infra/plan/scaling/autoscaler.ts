import type { Replica } from '../simulation/replica.ts';
import type { Timeline } from '../simulation/timeline.ts';
import { createActivation } from './activation.ts';
import { createDemandMetric, SCRAPE_SECONDS } from './demand-metric.ts';
import type { GpuFleet } from './gpu-fleet.ts';
import { createHorizontalAutoscaler, SYNC_SECONDS } from './horizontal-autoscaler.ts';
import type { ScalingRules } from './scaling-rules.ts';

export interface AutoscalerOptions {
  readonly rules: ScalingRules;
  readonly timeline: Timeline;
  readonly fleet: GpuFleet;
  /** The CPU floor's, which report their demand too. */
  readonly floor: readonly Replica[];
  /** Nothing is decided after that, ms. */
  readonly endsAtMs: number;
}

/** Prometheus scrapes, KEDA polls, the HorizontalPodAutoscaler decides: each on its own beat, until the end. */
export function startAutoscaler({ rules, timeline, fleet, floor, endsAtMs }: AutoscalerOptions): void {
  const metric = createDemandMetric();
  const activation = createActivation(rules);
  const autoscaler = createHorizontalAutoscaler(rules);
  const seconds = (): number => timeline.now() / 1_000;

  const every = (periodSeconds: number, work: () => void): void => {
    timeline.after(1_000 * periodSeconds, () => {
      if (timeline.now() > endsAtMs) return;
      work();
      every(periodSeconds, work);
    });
  };

  every(SCRAPE_SECONDS, () => metric.scrape([...floor, ...fleet.ready()], seconds()));
  every(rules.pollSeconds, () => {
    const wanted = activation.poll(metric.value(seconds()), fleet.count(), seconds());
    if (wanted !== undefined) fleet.scaleTo(wanted);
  });
  every(SYNC_SECONDS, () => {
    // It is suspended while there is nothing.
    if (fleet.count() === 0) return;
    const wanted = autoscaler.decide(metric.value(seconds()), fleet.count(), seconds());
    if (wanted !== fleet.count()) fleet.scaleTo(wanted);
  });
}
