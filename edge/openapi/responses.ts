import { type RouteConfig, z } from '@hono/zod-openapi';
import { ApiError, ERROR_CODES, type ErrorCode } from '../../gpu-backend/contract/errors.ts';

type Responses = RouteConfig['responses'];

export const REQUEST_ID_HEADER = {
  'x-request-id': {
    description: 'Name it when you report a problem.',
    schema: { type: 'string', format: 'uuid' },
  },
} as const;

const integer = { type: 'integer' } as const;

/** @see ../ledger/usage-headers.ts */
const USAGE_HEADERS = {
  'x-usage-units': {
    description: 'Charged for this request: 0 where it makes no pictures.',
    schema: integer,
  },
  'x-usage-remaining': {
    description:
      'Units that the key can still spend: the least of credit, its own budgets and the tenant’s; absent where there is no limit.',
    schema: integer,
  },
  'ratelimit-policy': {
    description: 'Requests that the key may send in each minute; absent where there is no limit.',
    schema: { type: 'string' },
  },
  ratelimit: {
    description: 'Requests that may come now, and seconds until all may again.',
    schema: { type: 'string' },
  },
} as const;

/** Of answers that are a picture, or lead to one. @see ../adapters/hash-headers.ts */
export const HASH_HEADERS = {
  'x-thumbhash': {
    description: 'ThumbHash in base64: a blurred picture; absent where it was stored before there were any.',
    schema: { type: 'string' },
  },
  'x-phash': {
    description:
      'DCT hash, 64 bits in hexadecimal, by which support tells near pictures; absent as X-ThumbHash.',
    schema: { type: 'string' },
  },
} as const;

export const errorSchema = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
      param: z.string().nullable().openapi({ description: 'The field that is wrong, as `seeds[2]`.' }),
    }),
  })
  .openapi('Error');

/** What `authenticate` answers. */
export const AUTHENTICATION_ERRORS = [
  'invalid_api_key',
  'insufficient_scope',
  'tenant_suspended',
] as const satisfies readonly ErrorCode[];

/** What a POST that makes pictures answers. */
export const MAKING_ERRORS = [
  'invalid_request',
  'request_moderated',
  'content_moderated',
  'insufficient_credits',
  'budget_exceeded',
  'rate_limited',
  'too_many_jobs',
  'policy_unavailable',
  'ledger_unavailable',
  'service_unavailable',
  'deadline_exceeded',
  ...AUTHENTICATION_ERRORS,
  'model_not_found',
  'method_not_allowed',
  'request_in_progress',
  'idempotency_key_reused',
  'internal_error',
  'backend_unavailable',
  'storage_unavailable',
] as const satisfies readonly ErrorCode[];

/** The entries of an OpenAPI document for the errors that an endpoint answers, one for each status, with examples. */
export function errorResponses(...codes: readonly ErrorCode[]): Responses {
  const responses: Responses = {};
  for (const status of new Set(codes.map((code) => ERROR_CODES[code].status))) {
    const ofStatus = codes.filter((code) => ERROR_CODES[code].status === status);
    const saysWhen = status >= 503 || status === 429 || ofStatus.includes('request_in_progress');
    responses[status] = {
      description: ofStatus.map((code) => `\`${code}\`: ${ERROR_CODES[code].message}`).join('\n\n'),
      headers: {
        ...REQUEST_ID_HEADER,
        ...(saysWhen && {
          'retry-after': { description: 'Seconds to wait before the next try.', schema: { type: 'integer' } },
        }),
      },
      content: {
        'application/json': {
          schema: errorSchema,
          examples: Object.fromEntries(
            ofStatus.map((code) => [code, { value: new ApiError(code).toBody() }]),
          ),
        },
      },
    };
  }
  return responses;
}

/** An entry whose answers, where a key was needed and held, say what it has left. @see ../middleware/tell-allowance.ts */
export function withUsageHeaders(spec: RouteConfig): RouteConfig {
  if (!spec.security || !spec.path.startsWith('/v1/')) return spec;
  const responses = Object.entries(spec.responses).map(([status, response]) => {
    const isKept = 'headers' in response && status !== '401' && status !== '403';
    return [status, isKept ? { ...response, headers: { ...response.headers, ...USAGE_HEADERS } } : response];
  });
  return { ...spec, responses: Object.fromEntries(responses) };
}

export const BEARER_SECURITY: { bearer: string[] }[] = [{ bearer: [] }];
