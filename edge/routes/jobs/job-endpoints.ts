import type { Endpoint } from '../../endpoint.ts';
import type { RouteOptions } from '../route-options.ts';
import { cancelJob } from './cancel-job.ts';
import { getJob } from './get-job.ts';
import { getJobEvents } from './get-job-events.ts';
import type { JobRouteOptions } from './job-in-sight.ts';

/** The jobs of the caller's tenant; another's do not exist for it. */
export function jobEndpoints(
  options: Pick<RouteOptions, 'authenticate' | 'now'> & JobRouteOptions,
): Endpoint[] {
  return [getJob(options), getJobEvents(options), ...cancelJob(options)];
}
