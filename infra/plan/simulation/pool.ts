import type { Timeline } from './timeline.ts';

/** Threads that take one task each at a time, first come first served. */
export interface Pool {
  /** Takes `ms` as soon as a thread is free, then calls back. */
  run(ms: number, done: () => void): void;
}

export function createPool(size: number, timeline: Timeline): Pool {
  /** When each thread is free again. */
  const freeAtMs = Array<number>(size).fill(0);
  return {
    run(ms, done) {
      let first = 0;
      for (let thread = 1; thread < size; thread++) {
        if ((freeAtMs[thread] as number) < (freeAtMs[first] as number)) first = thread;
      }
      const endsAtMs = Math.max(timeline.now(), freeAtMs[first] as number) + ms;
      freeAtMs[first] = endsAtMs;
      timeline.at(endsAtMs, done);
    },
  };
}
