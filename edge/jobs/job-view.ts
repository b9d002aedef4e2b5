import { z } from '@hono/zod-openapi';
import { imagesSchema } from '../generation/images.ts';
import { JOB_STATUSES, type Job } from './job.ts';

const seconds = z.int().openapi({ description: 'Seconds since 1970.' });

/** A job as the API shows it. */
export const jobSchema = z
  .object({
    id: z.string().openapi({ example: `job_${'0'.repeat(64)}` }),
    object: z.literal('job'),
    status: z.enum(JOB_STATUSES),
    attempts: z.int().openapi({ description: 'How often it was tried.' }),
    created_at: seconds,
    started_at: seconds.nullable(),
    finished_at: seconds.nullable(),
    deadline_at: seconds,
    next_attempt_at: seconds.nullable().openapi({ description: 'Of a job that waits.' }),
    // Not `nullable`, which the OpenAPI document would have as all of both.
    result: z
      .union([imagesSchema, z.null()])
      .openapi({ description: 'What the request would have been answered, once the job has succeeded.' }),
    error: z
      .object({ message: z.string(), type: z.string(), code: z.string(), param: z.string().nullable() })
      .nullable()
      .openapi({ description: 'Why it failed or expired, or why it waits.' }),
    webhook: z
      .object({
        url: z.url(),
        secret: z.string().optional().openapi({ description: 'Said once, when the job is accepted.' }),
      })
      .nullable(),
  })
  .openapi('Job');

export type JobView = z.infer<typeof jobSchema>;

export function viewOf(job: Job): JobView {
  return {
    id: job.id,
    object: 'job',
    status: job.status,
    attempts: job.attempts,
    created_at: inSeconds(job.createdAt),
    started_at: job.startedAt && inSeconds(job.startedAt),
    finished_at: job.finishedAt && inSeconds(job.finishedAt),
    deadline_at: inSeconds(job.deadline),
    next_attempt_at: job.nextAttemptAt && inSeconds(job.nextAttemptAt),
    result: job.result,
    error: job.error,
    webhook: job.webhook && { url: job.webhook.url },
  };
}

/** The view without the pictures themselves, for messages: who wants base64 asks for the job. */
export function messageViewOf(job: Job): JobView {
  const view = viewOf(job);
  const data = view.result?.data.map(({ b64_json: _, ...image }) => image);
  return view.result && data ? { ...view, result: { ...view.result, data } } : view;
}

/** Strong entity tag: a job's version names its state. */
export function entityTagOf({ version }: Job): string {
  return `"${version}"`;
}

function inSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
