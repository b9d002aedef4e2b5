import type { Context } from 'hono';
import type { EdgeContext } from '../endpoint.ts';
import type { ImageCall } from '../generation/image-call.ts';
import type { RouteOptions } from './route-options.ts';

/** Who asks for pictures by this request, and how its answer is to be made. */
export function imageCallOf(
  context: Context<EdgeContext>,
  { originOf, deferOf }: Pick<RouteOptions, 'originOf' | 'deferOf'>,
): ImageCall {
  return {
    principal: context.get('key'),
    tenant: context.get('tenant'),
    requestKey: context.get('requestKey'),
    origin: originOf(context),
    defer: deferOf(context),
    deadline: context.get('deadline'),
    traceparent: context.get('traceparent'),
    isRetry: context.get('isRetry'),
  };
}
