import { z } from '@hono/zod-openapi';
import type { Endpoint } from '../../endpoint.ts';
import { entityTagOf, jobSchema, viewOf } from '../../jobs/job-view.ts';
import { IF_NONE_MATCH } from '../../openapi/request-headers.ts';
import { BEARER_SECURITY, errorResponses, REQUEST_ID_HEADER } from '../../openapi/responses.ts';
import { matchesEntityTag } from '../../pictures/picture-response.ts';
import type { RouteOptions } from '../route-options.ts';
import { JOB_ERRORS, JOB_PARAMETER, type JobRouteOptions, ofJob, retryAfterOf } from './job-in-sight.ts';

/** `GET /v1/jobs/{id}` */
export function getJob({
  authenticate,
  jobs,
  now,
}: Pick<RouteOptions, 'authenticate' | 'now'> & JobRouteOptions): Endpoint {
  return {
    spec: {
      method: 'get',
      path: '/v1/jobs/{id}',
      operationId: 'getJob',
      summary: 'A job as it stands',
      description:
        'Can be asked for until a day after its end. If-None-Match is understood; Retry-After says when to ask again.',
      security: BEARER_SECURITY,
      request: { params: JOB_PARAMETER, headers: z.object(IF_NONE_MATCH) },
      responses: {
        200: {
          description: 'The job.',
          headers: {
            ...REQUEST_ID_HEADER,
            etag: { description: 'Names the state.', schema: { type: 'string' } },
          },
          content: { 'application/json': { schema: jobSchema } },
        },
        304: { description: 'The job is as If-None-Match says.' },
        ...errorResponses(...JOB_ERRORS),
      },
    },
    middleware: [authenticate(['read', 'generate'])],
    async handle(context) {
      const job = await ofJob(context, (id, tenant) => jobs.find(id, tenant));
      const etag = entityTagOf(job);
      const headers = { etag, ...retryAfterOf(job, now()) };
      if (matchesEntityTag(context.req.header('if-none-match'), etag))
        return context.body(null, 304, headers);
      return context.json(viewOf(job), 200, headers);
    },
  };
}
