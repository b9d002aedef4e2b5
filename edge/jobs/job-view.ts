import { z } from '@hono/zod-openapi';
import { compositionSchema } from '../compositions/composition.ts';
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
      .union([imagesSchema, compositionSchema, z.null()])
      .openapi({ description: 'What the request would have been answered, once the job has succeeded.' }),
    progress: z
      .union([z.object({ done: z.int(), total: z.int() }), z.null()])
      .openapi({ description: 'Of a composition that is being made: how many of its files are there.' }),
    error: z
      .object({ message: z.string(), type: z.string(), code: z.string(), param: z.string().nullable() })
      .nullable()
      .openapi({
        description:
          'Why it failed or expired, or why it waits; of a cancelled one what it was charged, if anything.',
      }),
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
    progress: job.progress,
    error: job.error,
    webhook: job.webhook && { url: job.webhook.url },
  };
}

/** The view without the pictures themselves, for messages: who wants base64 asks for the job. */
export function messageViewOf(job: Job): JobView {
  const view = viewOf(job);
  const { result } = view;
  if (!result || 'object' in result) return view;
  return { ...view, result: { ...result, data: result.data.map(({ b64_json: _, ...image }) => image) } };
}

/** Strong entity tag: a job's version names its state, but for how far it has come. */
export function entityTagOf({ version, progress }: Job): string {
  return progress ? `"${version}.${progress.done}"` : `"${version}"`;
}

function inSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
