import type { Context } from 'hono';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { EdgeContext } from '../endpoint.ts';

/** Takes one line of the log, an object of plain values. */
export type Log = (entry: Readonly<Record<string, unknown>>) => void;

/** Answers what was thrown with OpenAI's error body; what went wrong on our side is logged. */
export function answerErrors(log: Log): (error: Error, context: Context<EdgeContext>) => Response {
  return (error, context) => {
    const known = error instanceof ApiError ? error : new ApiError('internal_error', { cause: error });
    if (known.status >= 500) {
      log({
        level: 'error',
        requestId: context.get('requestId'),
        code: known.code,
        cause: causeOf(error),
      });
    }
    const response = known.toResponse();
    if (known.status === 401) response.headers.set('www-authenticate', 'Bearer');
    return response;
  };
}

/**
 * What may be logged of a cause. Messages of our adapters speak of services and are safe; those of unexpected exceptions
 * may quote what a client sent, so of them only the kind and the place remain.
 */
export function causeOf(error: Error): string {
  if (error instanceof ApiError) {
    return error.cause instanceof Error ? `${error.cause.name}: ${error.cause.message}` : 'none';
  }
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /u.test(line)) ?? [];
  return [error.name, ...frames].join('\n');
}
