import type { Trace, TracePoint } from './trace.ts';

/** Of each hour from midnight on, the share of the day's peak: a consumer service in one time zone. */
const SHARES = [
  0.3, 0.2, 0.13, 0.1, 0.08, 0.1, 0.16, 0.28, 0.42, 0.55, 0.64, 0.7, 0.72, 0.7, 0.68, 0.7, 0.75, 0.82, 0.9,
  0.97, 1, 0.93, 0.73, 0.5, 0.3,
] as const;

/** A day: quiet before dawn, a shoulder at noon, the peak at eight in the evening. */
export function diurnalTrace(peakRps: number): Trace {
  const points = SHARES.map((share, hour): TracePoint => ({ seconds: 3_600 * hour, rps: share * peakRps }));
  return points as unknown as Trace;
}
