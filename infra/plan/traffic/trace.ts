/** A request rate at a time. */
export interface TracePoint {
  /** Since the trace began. */
  readonly seconds: number;
  readonly rps: number;
}

/** Rates at ascending times, at least two of them; between two as on a line. */
export type Trace = readonly [TracePoint, TracePoint, ...TracePoint[]];

export function secondsOf(trace: Trace): number {
  return (trace.at(-1)?.seconds ?? 0) - trace[0].seconds;
}

function peakOf(trace: Trace): number {
  return Math.max(...trace.map(({ rps }) => rps));
}

/** Requests that the trace stands for, on average. */
export function requestsOf(trace: Trace): number {
  return trace.slice(1).reduce((sum, { seconds, rps }, at) => {
    const before = trace[at] as TracePoint;
    return sum + ((rps + before.rps) / 2) * (seconds - before.seconds);
  }, 0);
}

/** The same course with another peak. */
export function withPeak([first, second, ...others]: Trace, peakRps: number): Trace {
  const factor = peakRps / peakOf([first, second, ...others]);
  const scaled = ({ seconds, rps }: TracePoint): TracePoint => ({ seconds, rps: rps * factor });
  return [scaled(first), scaled(second), ...others.map(scaled)];
}
