/** Runs work at most so many at a time; the rest waits, first come first served. */
export interface Limiter {
  <T>(work: () => Promise<T>): Promise<T>;
  /** Work that runs now. */
  running(): number;
}

export function createLimiter(limit: number): Limiter {
  const queue = new Set<() => void>();
  let running = 0;
  const limited = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running === limit) await new Promise<void>((resolve) => queue.add(resolve));
    else running++;
    try {
      return await work();
    } finally {
      // The place goes to whoever waits longest, or is given back.
      const [next] = queue;
      if (next) {
        queue.delete(next);
        next();
      } else running--;
    }
  };
  return Object.assign(limited, { running: () => running });
}
