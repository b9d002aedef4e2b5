import type { Profile } from './profile.ts';
import type { PlanSummary, Summary } from './summarise.ts';

export interface DescribeOptions {
  readonly gpu: Profile;
  readonly cpu: Profile;
  readonly cpuReplicas: number;
  readonly usdPerHour: { readonly gpu: number; readonly cpu: number };
  /** Where the prices come from. */
  readonly priceSource: string;
}

/** A plan as text for a terminal. */
export function describePlan(plan: PlanSummary, options: DescribeOptions): string {
  const { gpu, cpu, cpuReplicas, usdPerHour, priceSource } = options;
  const { usdAMonth, replicas } = plan;
  const sliceHours = plan.hours / plan.slices.length;
  return [
    `   from h   requests/s   GPUs min mean max    p50 ms    p99 ms      cold      shed`,
    ...plan.slices.map((slice, at) => row(at * sliceHours, slice, sliceHours)),
    '',
    `requests            ${count(plan.arrived)}: ${count(plan.hits)} hits, ${count(plan.madeByGpu)} made by GPUs, ${count(plan.madeByCpu)} by the CPU floor, ${count(plan.shed)} shed, ${count(plan.expired)} too late`,
    `pictures made       p50 ${ms(plan.p50Ms)} ms, p99 ${ms(plan.p99Ms)} ms at the edge`,
    `cold-start misses   ${count(plan.cold)} found no GPU ready and went to the CPU floor`,
    `GPU replicas        ${replicas.min} min, ${replicas.mean.toFixed(2)} mean, ${replicas.max} max; ${cpuReplicas} of CPUs always`,
    `GPU hours           ${plan.gpuHours.toFixed(1)} in ${plan.hours.toFixed(1)} h, ${plan.gpuHoursAMonth.toFixed(0)} a month`,
    `cost a month        ${usd(usdAMonth.all)}: GPUs ${usd(usdAMonth.gpu)} at ${usdPerHour.gpu} an hour, CPU floor ${usd(usdAMonth.cpu)} at ${usdPerHour.cpu}`,
    `prices              ${priceSource}`,
    ...[gpu, cpu].map(
      ({ name, kind, date, source }) =>
        `profile ${name.padEnd(11)} ${kind.toUpperCase()}, ${date}: ${source}`,
    ),
  ].join('\n');
}

function row(fromHour: number, slice: Summary, hours: number): string {
  const { arrived, replicas, p50Ms, p99Ms, cold, shed, expired } = slice;
  const cells = [
    fromHour.toFixed(1).padStart(9),
    (arrived / hours / 3_600).toFixed(2).padStart(13),
    `${replicas.min} ${replicas.mean.toFixed(1)} ${replicas.max}`.padStart(21),
    ms(p50Ms).padStart(10),
    ms(p99Ms).padStart(10),
    count(cold).padStart(10),
    count(shed + expired).padStart(10),
  ];
  return cells.join('');
}

function ms(value: number): string {
  return Number.isNaN(value) ? '–' : value.toFixed(value < 100 ? 1 : 0);
}

function count(value: number): string {
  return value.toLocaleString('en-GB');
}

function usd(value: number): string {
  return `USD ${count(Math.round(value))}`;
}
