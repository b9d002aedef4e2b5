import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 100;
/** One answer may take this long: a part that is loading is busy. */
const ATTEMPT_MS = 5_000;

/**
 * Waits until a GET of `url` is answered with a 2xx.
 * @throws the signal's reason when it is aborted before (a deadline, the part's end).
 */
export async function waitUntilOk(url: string, signal: AbortSignal): Promise<void> {
  while (!(await isOk(url, signal))) await delay(POLL_MS, undefined, { signal });
}

async function isOk(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}
