import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Period of the measuring timer, ms; Node counts it into what it reports. */
const RESOLUTION_MS = 10;

/**
 * How long the event loop keeps everything waiting: the 99th percentile, seconds, since it was asked the last time.
 * prom-client's own figure holds the timer's period and all that ever was, the start too.
 */
export function createEventLoopDelay(): () => number {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return () => {
    const p99Ms = histogram.percentile(99) / 1e6 - RESOLUTION_MS;
    histogram.reset();
    return Math.max(0, p99Ms) / 1_000;
  };
}
