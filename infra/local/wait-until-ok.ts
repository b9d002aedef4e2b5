import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 100;
/** One answer may take this long: a part that is loading is busy. */
const ATTEMPT_MS = 5_000;

/**
 * Waits until a GET of `url` is answered with a 2xx.
 * @returns that status, or one of `final`, which waiting would not change.
 * @throws the signal's reason when it is aborted before (a deadline, the part's end).
 */
export async function waitUntilOk(
  url: string,
  signal: AbortSignal,
  final: readonly number[] = [],
): Promise<number> {
  for (;;) {
    const status = await statusOf(url, signal);
    if (status !== undefined && ((status >= 200 && status < 300) || final.includes(status))) return status;
    await delay(POLL_MS, undefined, { signal });
  }
}

/** Undefined where there is no answer. */
async function statusOf(url: string, signal: AbortSignal): Promise<number | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]) });
    await response.body?.cancel();
    return response.status;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
