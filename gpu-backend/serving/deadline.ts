import { ApiError } from '../contract/errors.ts';
import type { Clock } from './clock.ts';

/**
 * Runs `work` against a deadline. The signal aborts when the time is up, so that what has not begun never does; what has
 * begun is left to finish, its outcome ignored.
 * @throws ApiError `deadline_exceeded`
 */
export async function withDeadline<T>(
  clock: Clock,
  limitMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const expired = Promise.withResolvers<never>();
  const cancel = clock.after(limitMs, () => {
    const error = new ApiError('deadline_exceeded');
    controller.abort(error);
    expired.reject(error);
  });
  try {
    return await Promise.race([work(controller.signal), expired.promise]);
  } finally {
    cancel();
  }
}
