import { z } from '@hono/zod-openapi';
import type { Endpoint } from '../../endpoint.ts';
import { BEARER_SECURITY, errorResponses, REQUEST_ID_HEADER } from '../../openapi/responses.ts';
import type { RouteOptions } from '../route-options.ts';
import { JOB_ERRORS, JOB_PARAMETER, type JobRouteOptions, ofJob } from './job-in-sight.ts';

/** `GET /v1/jobs/{id}/events`: server-sent events, resumed by Last-Event-ID. */
export function getJobEvents({
  authenticate,
  jobs,
}: Pick<RouteOptions, 'authenticate'> & JobRouteOptions): Endpoint {
  return {
    spec: {
      method: 'get',
      path: '/v1/jobs/{id}/events',
      operationId: 'getJobEvents',
      summary: 'A job’s steps as server-sent events, until it ends',
      description:
        'Events are `job.queued`, `job.running`, and one of `job.succeeded`, `job.failed`, `job.cancelled`, `job.expired`, whose data is the job (without base64); and while a composition is made `job.progress`. Last-Event-ID resumes after that event.',
      security: BEARER_SECURITY,
      request: {
        params: JOB_PARAMETER,
        headers: z.object({
          'last-event-id': z
            .string()
            .optional()
            .openapi({ description: 'Of the last event that was heard.' }),
        }),
      },
      responses: {
        200: {
          description: 'The events.',
          headers: REQUEST_ID_HEADER,
          content: { 'text/event-stream': { schema: z.string() } },
        },
        204: { description: 'The job has ended, and no events are left: do not connect again.' },
        ...errorResponses(...JOB_ERRORS),
      },
    },
    middleware: [authenticate(['read', 'generate'])],
    async handle(context) {
      const last = context.req.header('last-event-id') ?? '';
      // What is no number of ours comes from elsewhere: then all is told.
      const after = /^\d{1,9}$/u.test(last) ? Number(last) : 0;
      const events = await ofJob(context, (id, tenant) => jobs.events(id, tenant, after));
      if (!events) return context.body(null, 204);
      return context.body(events, 200, { 'content-type': 'text/event-stream; charset=utf-8' });
    },
  };
}
