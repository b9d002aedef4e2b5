import type { MiddlewareHandler } from 'hono';
import type { EdgeContext } from '../endpoint.ts';
import { REQUEST_MS } from '../requests/request-time.ts';
import { traceparentOf } from './traceparent.ts';

/** Two years. Of this host alone: what else lies below it is its owner's to decide. */
const STRICT_TRANSPORT = 'max-age=63072000';

/**
 * Gives each request an id of its own (never one that the client sends), its deadline, and the headers that every answer
 * has.
 */
export function identify(now: () => number): MiddlewareHandler<EdgeContext> {
  return async (context, next) => {
    context.set('deadline', now() + REQUEST_MS);
    context.set('isRetry', false);
    const requestId = crypto.randomUUID();
    context.set('requestId', requestId);
    context.set('requestKey', requestId);
    context.set('traceparent', traceparentOf(context.req.header('traceparent'), requestId));
    await next();
    const { headers } = context.res;
    // On the answer itself, which is always one of ours: Hono's `header` would copy it each time.
    headers.set('x-request-id', context.get('requestId'));
    headers.set('x-content-type-options', 'nosniff');
    if (context.req.url.startsWith('https:')) headers.set('strict-transport-security', STRICT_TRANSPORT);
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
  };
}
