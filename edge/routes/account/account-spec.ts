import type { RouteConfig, z } from '@hono/zod-openapi';
import type { ErrorCode } from '../../../gpu-backend/contract/errors.ts';
import type { Scope } from '../../keys/key-record.ts';
import {
  AUTHENTICATION_ERRORS,
  BEARER_SECURITY,
  errorResponses,
  REQUEST_ID_HEADER,
} from '../../openapi/responses.ts';

/** Keys that may see what their tenant used. */
export const ACCOUNT_SCOPES: readonly Scope[] = ['read', 'admin'];

/** What the OpenAPI entries of the account share. */
export const ACCOUNT = { tags: ['account'], security: BEARER_SECURITY } satisfies Partial<RouteConfig>;

/** One success, the errors of every endpoint that asks the ledger, and `codes`. */
export function accountResponses(
  description: string,
  schema: z.ZodType,
  codes: readonly ErrorCode[] = [],
): RouteConfig['responses'] {
  return {
    200: { description, headers: REQUEST_ID_HEADER, content: { 'application/json': { schema } } },
    ...errorResponses(
      ...codes,
      ...AUTHENTICATION_ERRORS,
      'method_not_allowed',
      'internal_error',
      'ledger_unavailable',
    ),
  };
}
