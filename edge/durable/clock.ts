/** Time, for code that gives up waiting. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back after so many milliseconds; the returned function calls it off. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The platform's. */
export const PLATFORM_CLOCK: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
