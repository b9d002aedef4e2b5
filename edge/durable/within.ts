import type { Clock } from './clock.ts';

/**
 * What `work` comes to, or a rejection with `late()` where that takes until `byMs` (milliseconds since 1970). The work
 * itself goes on, and nobody hears how it ends.
 */
export async function within<T>(
  work: Promise<T>,
  byMs: number,
  { now, after }: Clock,
  late: () => Error,
): Promise<T> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const cancel = after(Math.max(0, byMs - now()), () => reject(late()));
  // The loser of a race may reject when nobody listens any more.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    cancel();
  }
}
