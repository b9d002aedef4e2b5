import type { PlanRun } from './simulation/simulate-plan.ts';
import { sumOf, type Tally } from './simulation/tally.ts';

const HOURS_A_MONTH = 730;

/** What a span of a plan comes to. Times are of pictures made; NaN where there are none. */
export interface Summary {
  readonly arrived: number;
  readonly hits: number;
  readonly madeByGpu: number;
  readonly madeByCpu: number;
  /** Turned away with 503, and accepted but too late. */
  readonly shed: number;
  readonly expired: number;
  /** Misses that found no GPU ready. */
  readonly cold: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly replicas: { readonly min: number; readonly mean: number; readonly max: number };
}

export interface PlanSummary extends Summary {
  readonly hours: number;
  readonly slices: readonly Summary[];
  readonly gpuHours: number;
  readonly gpuHoursAMonth: number;
  readonly usdAMonth: { readonly gpu: number; readonly cpu: number; readonly all: number };
}

export interface SummariseOptions {
  readonly hours: number;
  readonly cpuReplicas: number;
  readonly usdPerHour: { readonly gpu: number; readonly cpu: number };
}

/** A month is as many of the trace as fit into 730 hours. */
export function summarise({ slices, gpuHours }: PlanRun, options: SummariseOptions): PlanSummary {
  const { hours, cpuReplicas, usdPerHour } = options;
  const gpuHoursAMonth = (gpuHours / hours) * HOURS_A_MONTH;
  const gpu = gpuHoursAMonth * usdPerHour.gpu;
  const cpu = cpuReplicas * HOURS_A_MONTH * usdPerHour.cpu;
  return {
    ...summaryOf(sumOf(slices)),
    hours,
    slices: slices.map(summaryOf),
    gpuHours,
    gpuHoursAMonth,
    usdAMonth: { gpu, cpu, all: gpu + cpu },
  };
}

function summaryOf({ arrived, hits, gpu, cpu, refused, expired, cold, madeMs, ready }: Tally): Summary {
  const ascending = Float64Array.from(madeMs).sort();
  const at = (share: number): number => ascending[Math.ceil(share * ascending.length) - 1] ?? Number.NaN;
  const counts = ready.length > 0 ? ready : [0];
  return {
    arrived,
    hits,
    madeByGpu: gpu,
    madeByCpu: cpu,
    shed: refused,
    expired,
    cold,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    replicas: {
      min: counts.reduce((least, count) => Math.min(least, count)),
      mean: counts.reduce((sum, count) => sum + count, 0) / counts.length,
      max: counts.reduce((most, count) => Math.max(most, count)),
    },
  };
}
