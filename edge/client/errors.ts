import type { ErrorCode } from '../../gpu-backend/contract/errors.ts';

export interface GalipErrorOptions extends ErrorOptions {
  readonly code?: string | undefined;
  readonly status?: number | undefined;
  readonly param?: string | null | undefined;
  readonly retryAfterS?: number | undefined;
  readonly requestId?: string | undefined;
}

/** Anything that this client throws but an abort by the caller's own signal. */
export class GalipError extends Error {
  /** Of the API's closed set; undefined where no answer of the API came. */
  readonly code: string | undefined;
  /** HTTP status; undefined where no answer came. */
  readonly status: number | undefined;
  /** The request's field that is wrong, as `seeds[2]`. */
  readonly param: string | null;
  /** Seconds after which the API says that another try makes sense. */
  readonly retryAfterS: number | undefined;
  /** Names the request when you report a problem. */
  readonly requestId: string | undefined;

  constructor(message: string, options: GalipErrorOptions = {}) {
    super(message, options);
    this.name = new.target.name;
    this.code = options.code;
    this.status = options.status;
    this.param = options.param ?? null;
    this.retryAfterS = options.retryAfterS;
    this.requestId = options.requestId;
  }
}

/** The request is wrong, in the field `param`. */
export class InvalidRequestError extends GalipError {}
/** The prompt, or the picture made of it, is not allowed. What is not allowed is not charged. */
export class ModerationError extends GalipError {}
/** No valid key, or no valid signature. */
export class AuthenticationError extends GalipError {}
/** The key may not do that. */
export class PermissionError extends GalipError {}
/** Credit or a budget does not cover it. Nothing more was made or charged. */
export class SpendingError extends GalipError {}
/** There is no such thing, or no longer. */
export class NotFoundError extends GalipError {}
/** The present state does not allow it. */
export class ConflictError extends GalipError {}
/** Too many requests, or jobs, at a time. */
export class RateLimitError extends GalipError {}
/** A fault of the service, or a part of it is away. */
export class ServerError extends GalipError {}
/** No answer of the API came: no connection, cut off, or too late. */
export class ConnectionError extends GalipError {}
/** A job was cancelled, or ended without a result and without a reason. */
export class JobError extends GalipError {}

type ErrorClass = new (message: string, options?: GalipErrorOptions) => GalipError;

const CLASS_OF_CODE = {
  invalid_request: InvalidRequestError,
  method_not_allowed: InvalidRequestError,
  range_not_satisfiable: InvalidRequestError,
  idempotency_key_reused: InvalidRequestError,
  request_moderated: ModerationError,
  content_moderated: ModerationError,
  invalid_api_key: AuthenticationError,
  invalid_signature: AuthenticationError,
  insufficient_scope: PermissionError,
  tenant_suspended: PermissionError,
  insufficient_credits: SpendingError,
  budget_exceeded: SpendingError,
  not_found: NotFoundError,
  model_not_found: NotFoundError,
  gone: NotFoundError,
  conflict: ConflictError,
  model_mismatch: ConflictError,
  request_in_progress: ConflictError,
  rate_limited: RateLimitError,
  superseded: ConflictError,
  too_many_jobs: RateLimitError,
  internal_error: ServerError,
  backend_unavailable: ServerError,
  policy_unavailable: ServerError,
  storage_unavailable: ServerError,
  ledger_unavailable: ServerError,
  service_unavailable: ServerError,
  deadline_exceeded: ServerError,
} as const satisfies Record<ErrorCode, ErrorClass>;

/** What a server that is newer than this client, or a proxy before it, may say. */
const CLASS_OF_STATUS: Readonly<Record<number, ErrorClass>> = {
  400: InvalidRequestError,
  401: AuthenticationError,
  402: SpendingError,
  403: PermissionError,
  404: NotFoundError,
  409: ConflictError,
  410: NotFoundError,
  422: InvalidRequestError,
  429: RateLimitError,
};

/** The error of an answer's code, or of its status where the code is not known. */
export function errorOf(message: string, options: GalipErrorOptions): GalipError {
  const { code = '', status = 0 } = options;
  const known = Object.hasOwn(CLASS_OF_CODE, code) ? CLASS_OF_CODE[code as ErrorCode] : undefined;
  const ErrorOfStatus = CLASS_OF_STATUS[status] ?? (status >= 500 ? ServerError : GalipError);
  return new (known ?? ErrorOfStatus)(message, options);
}
