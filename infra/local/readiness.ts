import type { ProcessGroup } from './process-group.ts';
import { StartError } from './start-error.ts';
import { waitUntilOk } from './wait-until-ok.ts';

/** Loading the largest model on a busy machine takes a part of this. */
const DEADLINE_MS = 120_000;

export interface Readiness {
  /** Rejects when the signal is aborted; never settles otherwise. */
  readonly aborted: Promise<never>;
  /**
   * Waits until `url` answers 2xx.
   * @throws StartError after the deadline, or as soon as it answers 500: it runs then, and cannot serve; the reason of `until` when that is aborted.
   */
  whenOk(name: string, url: string, until?: AbortSignal): Promise<void>;
  /**
   * `work`'s result.
   * @throws StartError when `part` ends before; the signal's reason when that is aborted before.
   */
  unlessEnded<T>(work: Promise<T>, name: string, part: ProcessGroup | undefined): Promise<T>;
}

/** Waiting for parts that may die, or be stopped by the user, meanwhile. */
export function createReadiness(signal: AbortSignal): Readiness {
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason));
  });
  // Whoever waits sees it; nobody may be waiting.
  aborted.catch(() => undefined);
  return {
    aborted,
    async whenOk(name, url, until = signal) {
      const deadline = AbortSignal.timeout(DEADLINE_MS);
      let status: number;
      try {
        status = await waitUntilOk(url, AbortSignal.any([signal, until, deadline]), [500]);
      } catch (cause) {
        if (!deadline.aborted) throw cause;
        throw new StartError(
          `The ${name} was not ready within ${DEADLINE_MS / 1000} s: see its lines above.`,
          {
            cause,
          },
        );
      }
      if (status === 500) throw new StartError(`The ${name} runs, but cannot serve: see its lines above.`);
    },
    unlessEnded(work, name, part) {
      const died = part?.ended.then((end): never => {
        throw new StartError(`The ${name} died before it was ready (${end}): see its lines above.`);
      });
      return Promise.race([work, aborted, ...(died ? [died] : [])]);
    },
  };
}
