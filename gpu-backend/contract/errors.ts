/**
 * The closed set of error codes. `type` is OpenAI's classification of the status; `message` is said in public where the
 * error carries none of its own.
 */
export const ERROR_CODES = {
  invalid_request: { status: 400, type: 'invalid_request_error', message: 'The request is not valid.' },
  request_moderated: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The prompt is not allowed here; nothing was made or charged.',
  },
  content_moderated: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The prompt is allowed, the picture made of it is not; nothing was charged.',
  },
  invalid_api_key: {
    status: 401,
    type: 'authentication_error',
    message: 'Missing or invalid API key. Send it as "Authorization: Bearer glp_…".',
  },
  invalid_signature: { status: 401, type: 'authentication_error', message: 'Missing or invalid signature.' },
  insufficient_credits: {
    status: 402,
    type: 'insufficient_quota',
    message: 'The balance does not cover this; nothing was made or charged.',
  },
  insufficient_scope: { status: 403, type: 'permission_error', message: 'This API key may not do that.' },
  tenant_suspended: {
    status: 403,
    type: 'permission_error',
    message: 'The account that this API key belongs to is suspended.',
  },
  not_found: { status: 404, type: 'not_found_error', message: 'There is nothing here.' },
  model_not_found: { status: 404, type: 'not_found_error', message: 'There is no such model.' },
  method_not_allowed: {
    status: 405,
    type: 'invalid_request_error',
    message: 'This method is not allowed here.',
  },
  conflict: { status: 409, type: 'conflict_error', message: 'The present state does not allow that.' },
  model_mismatch: {
    status: 409,
    type: 'conflict_error',
    message: 'This backend runs another model than the one asked for.',
  },
  superseded: {
    status: 409,
    type: 'conflict_error',
    message: 'A newer request took the place of this one before it was begun; nothing was made or charged.',
  },
  gone: { status: 410, type: 'not_found_error', message: 'This was here, and is gone for good.' },
  request_in_progress: {
    status: 409,
    type: 'conflict_error',
    message: 'A request with this Idempotency-Key is still running; ask again for its answer.',
  },
  range_not_satisfiable: {
    status: 416,
    type: 'invalid_request_error',
    message: 'The range lies outside of the picture.',
  },
  idempotency_key_reused: {
    status: 422,
    type: 'invalid_request_error',
    message: 'This Idempotency-Key belongs to another request of the last 24 hours; take a new one.',
  },
  budget_exceeded: {
    status: 429,
    type: 'insufficient_quota',
    message: 'A budget of this API key does not cover this; nothing was made or charged.',
  },
  rate_limited: {
    status: 429,
    type: 'rate_limit_error',
    message: 'This API key sends requests faster than it may; nothing was made or charged.',
  },
  too_many_jobs: {
    status: 429,
    type: 'rate_limit_error',
    message: 'There are as many jobs that have not ended as are allowed; nothing was made or charged.',
  },
  internal_error: { status: 500, type: 'server_error', message: 'Something went wrong on our side.' },
  backend_unavailable: {
    status: 503,
    type: 'server_error',
    message: 'Generation is not available at the moment; nothing was made or charged.',
  },
  policy_unavailable: {
    status: 503,
    type: 'server_error',
    message: 'The prompt cannot be checked at the moment; nothing was made or charged.',
  },
  storage_unavailable: {
    status: 503,
    type: 'server_error',
    message: 'The object store is not available at the moment; nothing was made or charged.',
  },
  ledger_unavailable: {
    status: 503,
    type: 'server_error',
    message: 'Accounts cannot be reached at the moment; send the request again.',
  },
  service_unavailable: {
    status: 503,
    type: 'server_error',
    message: 'A part of this service does not answer at the moment; send the request again.',
  },
  deadline_exceeded: {
    status: 504,
    type: 'server_error',
    message: 'Generation took longer than allowed; nothing was charged.',
  },
} as const satisfies Record<string, { status: number; type: string; message: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Seconds that a client is told to wait after an error that passes by itself. */
const RETRY_AFTER_S = 2;

export interface ApiErrorOptions extends ErrorOptions {
  /** Said in public; names the field, the value and what is allowed. Never internal text. */
  readonly message?: string;
  /** The request's field that is wrong, as `seeds[2]`. */
  readonly param?: string;
  readonly retryAfterS?: number;
}

/** An error that reaches the client, with OpenAI's body. What caused it stays in `cause`, for the log alone. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly param: string | null;
  /** Set on the errors that pass by themselves (503, 504). */
  readonly retryAfterS: number | undefined;

  constructor(code: ErrorCode, options: ApiErrorOptions = {}) {
    super(options.message ?? ERROR_CODES[code].message, { cause: options.cause });
    this.name = 'ApiError';
    this.code = code;
    this.status = ERROR_CODES[code].status;
    this.param = options.param ?? null;
    this.retryAfterS = options.retryAfterS ?? (this.status >= 503 ? RETRY_AFTER_S : undefined);
  }

  /** @see https://platform.openai.com/docs/guides/error-codes */
  toBody(): ErrorBody {
    const { type } = ERROR_CODES[this.code];
    return { error: { message: this.message, type, code: this.code, param: this.param } };
  }

  toResponse(): Response {
    const headers = new Headers({ 'cache-control': 'no-store' });
    if (this.retryAfterS !== undefined) headers.set('retry-after', String(this.retryAfterS));
    return Response.json(this.toBody(), { status: this.status, headers });
  }
}

export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly code: ErrorCode;
    readonly param: string | null;
  };
}
