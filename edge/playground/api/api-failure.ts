/** What a request failed with: the API's error, or `unreachable` when there was no answer at all. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly code: string;
  readonly param: string | null;
  /** Seconds after which another try is worth it. */
  readonly retryAfterS: number | undefined;

  constructor(
    message: string,
    options: { status: number; code: string; param?: string | null; retryAfterS?: number | undefined },
  ) {
    super(message);
    this.name = 'ApiFailure';
    this.status = options.status;
    this.code = options.code;
    this.param = options.param ?? null;
    this.retryAfterS = options.retryAfterS;
  }
}

/** Whatever was thrown, as a failure that can be shown. */
export function failureOf(error: unknown): ApiFailure {
  if (error instanceof ApiFailure) return error;
  return new ApiFailure('No answer came. Is the server running, and this machine online?', {
    status: 0,
    code: 'unreachable',
  });
}

/** @param body what the answer holds, of which nothing is certain. */
export function failureOfAnswer(response: Response, body: unknown): ApiFailure {
  const error = (body as { error?: { message?: unknown; code?: unknown; param?: unknown } } | null)?.error;
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new ApiFailure(
    typeof error?.message === 'string' ? error.message : `The server answered ${response.status}.`,
    {
      status: response.status,
      code: typeof error?.code === 'string' ? error.code : 'unknown',
      param: typeof error?.param === 'string' ? error.param : null,
      retryAfterS: Number.isFinite(retryAfter) ? retryAfter : undefined,
    },
  );
}
