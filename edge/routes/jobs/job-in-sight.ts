import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { ApiError, type ErrorCode } from '../../../gpu-backend/contract/errors.ts';
import type { EdgeContext } from '../../endpoint.ts';
import type { Job } from '../../jobs/job.ts';
import type { Jobs } from '../../jobs/jobs.ts';
import { AUTHENTICATION_ERRORS } from '../../openapi/responses.ts';

export const JOB_PARAMETER = z.object({ id: z.string().openapi({ example: `job_${'0'.repeat(64)}` }) });

/** What the endpoints below `/v1/jobs` refuse with. */
export const JOB_ERRORS = [
  ...AUTHENTICATION_ERRORS,
  'not_found',
  'method_not_allowed',
  'service_unavailable',
  'internal_error',
] as const satisfies readonly ErrorCode[];

/** What a job of the path says to `ask`. @throws ApiError `not_found`, also for another tenant's. */
export async function ofJob<T>(
  context: Context<EdgeContext>,
  ask: (id: string, tenant: string) => Promise<T | undefined>,
): Promise<T> {
  const answer = await ask(context.req.param('id') ?? '', context.get('key').tenant);
  if (answer === undefined) throw new ApiError('not_found', { message: 'There is no such job.' });
  return answer;
}

/** Of a job that has not ended: seconds after which it is worth to ask again. */
export function retryAfterOf({ finishedAt, nextAttemptAt }: Job, nowMs: number): Record<string, string> {
  if (finishedAt !== null) return {};
  const waitMs = Math.max(0, (nextAttemptAt ?? nowMs) - nowMs);
  return { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))) };
}

/** What the endpoints below `/v1/jobs` take. */
export interface JobRouteOptions {
  readonly jobs: Jobs;
}
