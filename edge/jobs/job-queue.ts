import type { Log } from '../middleware/answer-errors.ts';
import type { Job } from './job.ts';
import type { Jobs } from './jobs.ts';

/** What the queue's name ends in; before it may stand that of the environment. */
export const JOB_QUEUE = 'galip-jobs';

/** The longest that a queue delays. */
const MAX_DELAY_S = 43_200;
const TRY_AGAIN_S = 30;

export interface JobMessage {
  readonly job: string;
}

/** Has a job wait in the queue. */
export function createEnqueueJob(queue: Queue<JobMessage>): (job: Job, delayMs: number) => Promise<void> {
  return async ({ id }, delayMs) => {
    const delaySeconds = Math.min(Math.ceil(delayMs / 1000), MAX_DELAY_S);
    await queue.send({ job: id }, { delaySeconds });
  };
}

/**
 * Goes on with the jobs of a batch, all at once: batch size times concurrency of the consumer is how many of the jobs
 * that were shed run at a time.
 */
export async function consumeJobs(
  batch: Pick<MessageBatch, 'messages'>,
  { jobs, log }: { readonly jobs: Pick<Jobs, 'advance'>; readonly log: Log },
): Promise<void> {
  await Promise.all(
    batch.messages.map(async (message) => {
      const { job } = message.body as JobMessage;
      try {
        await jobs.advance(job);
        message.ack();
      } catch (error) {
        const cause = error instanceof Error ? `${error.name}: ${error.message}` : 'no error';
        log({ level: 'warn', event: 'job_message', job, cause });
        message.retry({ delaySeconds: TRY_AGAIN_S });
      }
    }),
  );
}
