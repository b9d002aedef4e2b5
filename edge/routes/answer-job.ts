import type { RouteConfig } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { EdgeContext } from '../endpoint.ts';
import { type AcceptCall, type AcceptOptions, acceptJob } from '../jobs/accept-job.ts';
import type { JobRequest } from '../jobs/job.ts';
import { jobSchema, viewOf } from '../jobs/job-view.ts';
import { REQUEST_ID_HEADER } from '../openapi/responses.ts';

/** Its entry in the OpenAPI document. */
export const JOB_RESPONSE = {
  202: {
    description: 'Accepted as a job: with `async`, or the header `Prefer: respond-async`.',
    headers: {
      ...REQUEST_ID_HEADER,
      location: { description: 'The job.', schema: { type: 'string' } },
    },
    content: { 'application/json': { schema: jobSchema } },
  },
} as const satisfies RouteConfig['responses'];

/** Makes the request a job, and answers with it. @throws ApiError as `acceptJob`. */
export async function answerJob(
  context: Context<EdgeContext>,
  request: JobRequest,
  call: AcceptCall,
  options: AcceptOptions,
): Promise<Response> {
  const job = await acceptJob(request, call, options);
  return context.json({ ...viewOf(job), webhook: job.webhook }, 202, {
    location: `/v1/jobs/${job.id}`,
    'retry-after': '1',
    ...(context.req.header('prefer') !== undefined && { 'preference-applied': 'respond-async' }),
  });
}
