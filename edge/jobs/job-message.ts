import { WEBHOOK_EVENTS, type WebhookMessage } from '../webhooks/webhook.ts';
import type { Job } from './job.ts';
import { messageViewOf } from './job-view.ts';

/** What is told of a job that has ended. Its id follows from the job's: told again it is the same message. */
export function messageOf(job: Job): WebhookMessage {
  const type = WEBHOOK_EVENTS.find((event) => event === `job.${job.status}`);
  if (!type || job.finishedAt === null) throw new Error('only the end of a job is told');
  const timestamp = new Date(job.finishedAt).toISOString();
  return {
    id: job.id.replace(/^job_/u, 'msg_'),
    type,
    body: JSON.stringify({ type, timestamp, data: messageViewOf(job) }),
    target: job.webhook,
  };
}
