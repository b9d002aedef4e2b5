import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessGroup } from './process-group.ts';
import { StartError } from './start-error.ts';

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** A part that lived for so long was healthy: the next wait is the shortest again. */
const HEALTHY_MS = 60_000;

export interface SuperviseOptions {
  readonly first: ProcessGroup;
  readonly start: () => ProcessGroup;
  /** Settles when the part serves; rejects when the signal is aborted before. */
  readonly whenReady: (signal: AbortSignal) => Promise<void>;
  readonly say: (text: string) => void;
  /** Aborted when everything ends. */
  readonly signal: AbortSignal;
}

/**
 * Starts a part again whenever it dies, with a growing wait in between, until the signal is aborted; says so each time.
 * The part that runs then is left to `start`'s caller.
 */
export async function supervise({ first, start, whenReady, say, signal }: SuperviseOptions): Promise<void> {
  let part = first;
  let waitMs = FIRST_DELAY_MS;
  while (!signal.aborted) {
    const since = performance.now();
    const end = await part.ended;
    if (signal.aborted) return;
    if (performance.now() - since > HEALTHY_MS) waitMs = FIRST_DELAY_MS;
    say(`The backend died (${end}): started again in ${waitMs / 1000} s. Known pictures are still served.`);
    try {
      await delay(waitMs, undefined, { signal });
    } catch {
      return;
    }
    waitMs = Math.min(waitMs * 2, LONGEST_DELAY_MS);
    part = start();
    announceReady(part);
  }

  function announceReady(group: ProcessGroup): void {
    const gone = new AbortController();
    void group.ended.then(() => gone.abort());
    whenReady(AbortSignal.any([signal, gone.signal])).then(
      () => say(`The backend is back (process ${group.pid}).`),
      // That it died, or everything ends, is said elsewhere.
      (error: unknown) => error instanceof StartError && say(error.message),
    );
  }
}
