import { causeOf, type Log } from '../middleware/answer-errors.ts';
import { isFinal } from './job.ts';
import type { Jobs } from './jobs.ts';
import type { OpenJobs } from './open-jobs.ts';

export interface FreePlacesOptions {
  readonly openJobs: Pick<OpenJobs, 'toCheck' | 'leave' | 'keep'>;
  readonly jobs: Pick<Jobs, 'find'>;
  readonly log: Log;
}

/**
 * Gives the places back of jobs that were never made, since the Worker died between place and job, or that are gone. Jobs
 * that end give theirs back themselves.
 */
export async function freePlaces({ openJobs, jobs, log }: FreePlacesOptions): Promise<void> {
  try {
    for (const { id, tenant } of await openJobs.toCheck()) {
      const job = await jobs.find(id, tenant);
      if (job && !isFinal(job.status)) await openJobs.keep(id);
      else await openJobs.leave(id);
    }
  } catch (error) {
    // The next run goes on.
    log({ level: 'error', event: 'free_places', cause: causeOf(error as Error) });
  }
}
