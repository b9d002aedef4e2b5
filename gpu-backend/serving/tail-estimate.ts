/** Shares of a new measurement in mean and deviation, and how many deviations are kept clear: RFC 6298's numbers. */
const MEAN_SHARE = 1 / 8;
const DEVIATION_SHARE = 1 / 4;
const DEVIATIONS = 4;

/** What follows the model, learnt as it happens, so that requests are refused which could not be answered in time. */
export interface TailEstimate {
  observe(ms: number): void;
  /** A time that is rarely passed, ms: mean and four deviations. */
  ms(): number;
}

/** @see RFC 6298, section 2, which bounds round trips the same way. */
export function createTailEstimate(): TailEstimate {
  let mean: number | undefined;
  let deviation = 0;
  return {
    ms: () => (mean ?? 0) + DEVIATIONS * deviation,
    observe(ms) {
      if (mean === undefined) {
        mean = ms;
        deviation = ms / 2;
        return;
      }
      deviation += DEVIATION_SHARE * (Math.abs(ms - mean) - deviation);
      mean += MEAN_SHARE * (ms - mean);
    },
  };
}
