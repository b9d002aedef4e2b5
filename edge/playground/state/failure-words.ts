import { ConnectionError, GalipError, ServerError } from '../../client/errors.ts';

const TITLES: Readonly<Record<string, string>> = {
  insufficient_credits: 'Out of credit',
  budget_exceeded: 'The budget is used up',
  rate_limited: 'Too fast for this key',
  too_many_jobs: 'Enough jobs for now',
  invalid_api_key: 'This key is not accepted',
  insufficient_scope: 'This key may not do that',
  tenant_suspended: 'This account is suspended',
  request_moderated: 'Not allowed here',
  content_moderated: 'Not shown',
  backend_unavailable: 'The painter is away',
  deadline_exceeded: 'That took too long',
};

/** Whatever was thrown, as a failure that can be shown. */
export function failureOf(error: unknown): GalipError {
  return error instanceof GalipError ? error : new GalipError(String(error), { cause: error });
}

/** A failure in a few words. */
export function titleOfFailure(failure: GalipError): string {
  if (failure instanceof ConnectionError) return 'No connection';
  const title = TITLES[failure.code ?? ''];
  return title ?? (failure instanceof ServerError ? 'Something went wrong' : 'That does not work');
}

/** The API's own message, but where that speaks to programs. */
export function adviceOnFailure(failure: GalipError): string {
  const { code, message, retryAfterS } = failure;
  if (failure instanceof ConnectionError)
    return 'No answer came. Is the server running, and this machine online?';
  if (code === 'invalid_api_key') return 'It may be mistyped, revoked, or of another server.';
  return retryAfterS === undefined ? message : `${message} It may work again in ${retryAfterS} s.`;
}
