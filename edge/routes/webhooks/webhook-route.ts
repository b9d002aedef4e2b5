import type { RouteConfig, z } from '@hono/zod-openapi';
import { ApiError, type ErrorCode } from '../../../gpu-backend/contract/errors.ts';
import {
  AUTHENTICATION_ERRORS,
  BEARER_SECURITY,
  errorResponses,
  REQUEST_ID_HEADER,
} from '../../openapi/responses.ts';
import { addressProblem } from '../../webhooks/deliver-message.ts';
import type { ResolveHost } from '../../webhooks/resolve-host.ts';
import { NOT_PUBLIC } from '../../webhooks/webhook-url.ts';
import type { WebhooksOf } from '../../webhooks/webhooks.ts';
import type { RouteOptions } from '../route-options.ts';

/** What the endpoints below `/v1/webhooks` take. */
export interface WebhookRouteOptions extends Pick<RouteOptions, 'authenticate' | 'answerOnce'> {
  readonly webhooksOf: WebhooksOf;
  readonly resolveHost: ResolveHost;
}

/** What their OpenAPI entries share. */
export const WEBHOOKS = { tags: ['webhooks'], security: BEARER_SECURITY } satisfies Partial<RouteConfig>;

/** One success, the errors of each of them, and `codes`. */
export function webhookResponses(
  status: 200 | 201 | 202,
  description: string,
  schema: z.ZodType,
  codes: readonly ErrorCode[],
): RouteConfig['responses'] {
  return {
    [status]: { description, headers: REQUEST_ID_HEADER, content: { 'application/json': { schema } } },
    ...errorResponses(
      ...codes,
      ...AUTHENTICATION_ERRORS,
      'method_not_allowed',
      'service_unavailable',
      'internal_error',
    ),
  };
}

export function known<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new ApiError('not_found', { message: `There is no such ${what}.` });
  return found;
}

/**
 * Refuses a URL now whose host leads away from the public internet. One that DNS does not know, or cannot tell of at the
 * moment, is told at its deliveries, before each of which it is looked up again.
 */
export async function requirePublic(url: string, resolveHost: ResolveHost): Promise<void> {
  const problem = await addressProblem(new URL(url).hostname, resolveHost);
  if (problem === NOT_PUBLIC)
    throw new ApiError('invalid_request', { param: 'url', message: `url ${problem}` });
}
