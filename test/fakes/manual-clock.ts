import type { Clock } from '../../gpu-backend/serving/clock.ts';

export interface ManualClock extends Clock {
  /** Moves time on and calls what has become due, earliest first. */
  advance(ms: number): void;
}

/** A clock that stands still until it is moved. */
export function createManualClock(): ManualClock {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  return {
    now: () => now,
    after(delayMs, callback) {
      const timer = { at: now + delayMs, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      now += ms;
      const due = [...timers].filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
      for (const timer of due) if (timers.delete(timer)) timer.callback();
    },
  };
}
