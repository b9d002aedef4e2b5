import { errorOf, type GalipError } from '../errors.ts';

interface ErrorBody {
  readonly error?: { readonly message?: string; readonly code?: string; readonly param?: string | null };
}

/** The error that an answer which is no success stands for; also one that is not of this API (a proxy's page). */
export async function readError(response: Response): Promise<GalipError> {
  const { status, headers } = response;
  const { error } = ((await response.json().catch(() => undefined)) ?? {}) as ErrorBody;
  return errorOf(error?.message ?? `HTTP ${status}: the answer is not that of this API`, {
    code: error?.code,
    status,
    param: error?.param,
    retryAfterS: readRetryAfter(headers.get('retry-after'), Date.now()),
    requestId: headers.get('x-request-id') ?? undefined,
  });
}

/** Seconds of a Retry-After, which is a number or a date (RFC 9110 §10.2.3); undefined where it is neither. */
function readRetryAfter(value: string | null, nowMs: number): number | undefined {
  if (value === null) return undefined;
  if (/^\d{1,9}$/u.test(value)) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - nowMs) / 1000));
}
