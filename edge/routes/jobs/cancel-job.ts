import type { Endpoint } from '../../endpoint.ts';
import { entityTagOf, jobSchema, viewOf } from '../../jobs/job-view.ts';
import { BEARER_SECURITY, errorResponses, REQUEST_ID_HEADER } from '../../openapi/responses.ts';
import type { RouteOptions } from '../route-options.ts';
import { JOB_ERRORS, JOB_PARAMETER, type JobRouteOptions, ofJob } from './job-in-sight.ts';

/** `DELETE /v1/jobs/{id}` and `POST /v1/jobs/{id}/cancel`: the same. */
export function cancelJob({
  authenticate,
  jobs,
}: Pick<RouteOptions, 'authenticate'> & JobRouteOptions): Endpoint[] {
  const common = {
    summary: 'Cancel a job',
    description:
      'A job that waits ends now. One that runs is tried no more, and succeeds if this try makes its pictures. One that has ended stays as it is.',
    security: BEARER_SECURITY,
    request: { params: JOB_PARAMETER },
    responses: {
      200: {
        description: 'The job, as it is by now.',
        headers: REQUEST_ID_HEADER,
        content: { 'application/json': { schema: jobSchema } },
      },
      ...errorResponses(...JOB_ERRORS),
    },
  };
  const handle: Endpoint['handle'] = async (context) => {
    const job = await ofJob(context, (id, tenant) => jobs.cancel(id, tenant));
    return context.json(viewOf(job), 200, { etag: entityTagOf(job) });
  };
  const middleware = [authenticate(['generate'])];
  return [
    {
      spec: { method: 'delete', path: '/v1/jobs/{id}', operationId: 'deleteJob', ...common },
      middleware,
      handle,
    },
    {
      spec: { method: 'post', path: '/v1/jobs/{id}/cancel', operationId: 'cancelJob', ...common },
      middleware,
      handle,
    },
  ];
}
