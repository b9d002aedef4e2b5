import { isFinal } from '../../../edge/jobs/job.ts';
import { toldUnits } from './answer-problems.ts';
import type { Aftermath, Charge } from './find-problems.ts';

/** What was accepted ends, is told once, is charged as told, and holds no place any more. */
export function jobProblems({ record, usageSql }: Aftermath, charges: readonly Charge[]): string[] {
  const problems: string[] = [];
  for (const { answer } of record.requests) {
    if (answer?.jobId !== undefined && !record.jobs.has(answer.jobId))
      problems.push(`${answer.jobId} was lost`);
  }
  for (const job of record.jobs.values()) {
    if (!isFinal(job.status)) problems.push(`${job.id} is ${job.status} for ever`);
    const told = record.published.get(job.id.replace(/^job_/u, 'msg_')) ?? [];
    if (new Set(told).size !== 1) problems.push(`the end of ${job.id} was told as ${told.length} messages`);
    const paid = charges.filter(
      (charge) => charge.request_key === job.requestKey && charge.state === 'committed',
    );
    const told_units = job.result?.usage.units ?? 0;
    const units = paid.reduce((sum, charge) => sum + charge.units, 0);
    if (job.status === 'succeeded' && units !== told_units) {
      problems.push(`${job.id} was told ${told_units} units and charged ${units}`);
    }
    if (job.status !== 'succeeded' && units > 0 && units !== toldUnits(job.error?.message ?? ''))
      problems.push(`${job.id} ${job.status}, and was charged ${units}`);
  }
  for (const { id } of usageSql.exec<{ id: string }>('SELECT id FROM open_jobs')) {
    problems.push(`${id} has ended, or never was, and holds a place`);
  }
  return problems;
}
