import { AsyncLocalStorage } from 'node:async_hooks';
import type { VirtualTime } from './virtual-time.ts';

/** A process, a request's context or an object in memory: it can die at any moment, and then does nothing any more. */
export interface Life {
  readonly name: string;
  readonly isAlive: boolean;
  /** Whether it may die by a fault: clients, which are not ours, do not. */
  readonly isMortal: boolean;
  kill(): void;
  /** Rejects when it dies. */
  readonly death: Promise<never>;
}

/** What a caller sees of a death or a broken connection: it cannot know how far the call came. */
export class ConnectionLost extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'ConnectionLost';
  }
}

/** Whose code is running: everything that waits for the world waits through its life. */
export interface Lives {
  start(name: string, isMortal?: boolean): Life;
  current(): Life;
  run<T>(life: Life, work: () => T): T;
  /** Never settles when the one who waits has died by then. */
  sleep(delayMs: number): Promise<void>;
  /** As `VirtualTime.after`; the dead are not called back. */
  after(delayMs: number, callback: () => void): () => void;
}

/**
 * Whose code is running. One for all runs of a thread: Node 24 copies an entry for every storage that was ever entered into
 * each new context, so that with one a run the thousandth seed cost twice the first.
 */
const storage = new AsyncLocalStorage<Life>();

export function createLives(time: VirtualTime, onDeath: (name: string) => void): Lives {
  function current(): Life {
    const life = storage.getStore();
    if (!life) throw new Error('simulated code runs within a life');
    return life;
  }
  function after(delayMs: number, callback: () => void): () => void {
    const life = current();
    return time.after(delayMs, () => {
      if (life.isAlive) storage.run(life, callback);
    });
  }
  return {
    start(name, isMortal = true) {
      let isAlive = true;
      const { promise: death, reject } = Promise.withResolvers<never>();
      // Nobody may be listening.
      death.catch(() => undefined);
      return {
        name,
        isMortal,
        get isAlive() {
          return isAlive;
        },
        kill() {
          if (!isAlive) return;
          isAlive = false;
          onDeath(name);
          reject(new ConnectionLost(`${name} died`));
        },
        death,
      };
    },
    current,
    run: (life, work) => storage.run(life, work),
    sleep: (delayMs) => new Promise((resolve) => void after(delayMs, resolve)),
    after,
  };
}
