import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { EdgeContext } from '../endpoint.ts';

/** Seconds that a browser may remember a preflight's answer; more than a day none does. */
const PREFLIGHT_MAX_AGE_S = 86_400;

const EXPOSED = [
  'x-request-id',
  'location',
  'idempotency-replayed',
  'retry-after',
  'etag',
  'x-thumbhash',
  'x-phash',
  'content-range',
  'x-usage-units',
  'x-usage-remaining',
  'ratelimit-policy',
  'ratelimit',
];
const EXPOSED_LIST = EXPOSED.join(',');

/**
 * Every site may call the API: keys, not cookies, say who does. Hono's own middleware answers preflights; on answers it
 * would cost a copy of each.
 */
export function crossOrigin(): MiddlewareHandler<EdgeContext> {
  const preflight = cors({
    origin: '*',
    allowMethods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    exposeHeaders: EXPOSED,
    maxAge: PREFLIGHT_MAX_AGE_S,
  });
  return async (context, next) => {
    if (context.req.method === 'OPTIONS') return preflight(context, next);
    await next();
    const { headers } = context.res;
    headers.set('access-control-allow-origin', '*');
    headers.set('access-control-expose-headers', EXPOSED_LIST);
  };
}
