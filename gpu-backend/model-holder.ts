import { isDeepStrictEqual } from 'node:util';
import type { Engine } from './engine.ts';

/** What an exchange came to. */
type Swap =
  | { readonly outcome: 'ok'; readonly from: string; readonly to: string }
  /** The directory holds the model that runs already, and the same judges of it. */
  | { readonly outcome: 'unchanged'; readonly from: string }
  /** The old model serves on. */
  | { readonly outcome: 'failed'; readonly from: string; readonly reason: string };

/** The engine that serves now, and its exchange for another while requests come in. */
export interface ModelHolder {
  current(): Engine;
  /**
   * Starts the model that the directory holds now and, once it has been checked and warmed, serves it; the old one ends
   * when its accepted requests have. Until then nothing changes, and on a failure nothing does. One after the other.
   */
  swap(): Promise<Swap>;
  /** Ends the present model and those that are still finishing. */
  close(): Promise<void>;
}

/** @param open starts the engine of the model directory as it is now. */
export function createModelHolder(first: Engine, open: () => Promise<Engine>): ModelHolder {
  let current = first;
  let isClosed = false;
  let last: Promise<unknown> = Promise.resolve();
  const ending = new Set<Promise<void>>();

  const end = (engine: Engine): void => {
    const ended = engine.close().finally(() => ending.delete(ended));
    ending.add(ended);
  };

  const exchange = async (): Promise<Swap> => {
    const from = current.card.digest;
    const failed = (reason: string): Swap => ({ outcome: 'failed', from, reason });
    if (isClosed) return failed('the backend is stopping');
    let next: Engine | undefined;
    try {
      next = await open();
      if (isDeepStrictEqual(next.card, current.card)) {
        end(next);
        return { outcome: 'unchanged', from };
      }
      await next.ready;
    } catch (error) {
      if (next) end(next);
      return failed((error as Error).message);
    }
    if (isClosed) {
      end(next);
      return failed('the backend is stopping');
    }
    end(current);
    current = next;
    return { outcome: 'ok', from, to: next.card.digest };
  };

  return {
    current: () => current,
    swap() {
      const swap = last.then(exchange);
      last = swap;
      return swap;
    },
    async close() {
      isClosed = true;
      end(current);
      await Promise.all(ending);
    },
  };
}
