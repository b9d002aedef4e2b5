import { type RouteConfig, z } from '@hono/zod-openapi';
import type { ErrorCode } from '../../../gpu-backend/contract/errors.ts';
import { IDEMPOTENCY_KEY } from '../../openapi/request-headers.ts';
import {
  AUTHENTICATION_ERRORS,
  BEARER_SECURITY,
  errorResponses,
  REQUEST_ID_HEADER,
} from '../../openapi/responses.ts';

/** What the OpenAPI entries of the admin endpoints share. */
export const ADMIN = { tags: ['admin'], security: BEARER_SECURITY } satisfies Partial<RouteConfig>;

/** Of a POST behind `answerOnce`; the headers that it reads, and its errors. */
export const ONCE_HEADERS = z.object(IDEMPOTENCY_KEY);
export const ONCE_ERRORS = ['request_in_progress', 'idempotency_key_reused', 'service_unavailable'] as const;

/** The key or tenant that the path names. */
export const ID_PARAMETER = z.object({ id: z.string() });

/** A required JSON body. */
export function jsonBody(schema: z.ZodType): NonNullable<NonNullable<RouteConfig['request']>['body']> {
  return { required: true, content: { 'application/json': { schema } } };
}

/** One success, the errors of every admin endpoint, and `codes`. */
export function adminResponses(
  status: 200 | 201,
  description: string,
  schema: z.ZodType,
  codes: readonly ErrorCode[],
): RouteConfig['responses'] {
  return {
    [status]: { description, headers: REQUEST_ID_HEADER, content: { 'application/json': { schema } } },
    ...errorResponses(...codes, ...AUTHENTICATION_ERRORS, 'method_not_allowed', 'internal_error'),
  };
}
