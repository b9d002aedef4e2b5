/** Counts work from its acceptance to its end, so that a stop can wait for it. */
export interface InFlight {
  track<T>(work: Promise<T>): Promise<T>;
  count(): number;
  /** Resolves when nothing is left. */
  idle(): Promise<void>;
}

export function createInFlight(): InFlight {
  const work = new Set<Promise<unknown>>();
  return {
    count: () => work.size,
    track(one) {
      work.add(one);
      const forget = (): void => void work.delete(one);
      one.then(forget, forget);
      return one;
    },
    async idle() {
      while (work.size > 0) await Promise.allSettled(work);
    },
  };
}
