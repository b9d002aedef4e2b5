/** A batch that takes this many times as long as it did when it was warmed hangs … */
const HANG_FACTOR = 10;
/** … and so does one that takes this much longer, ms: a model is to be found hung and replaced within ten seconds … */
const HANG_EXCESS_MS = 4_000;
/** … but never one within this factor, whose machine may only be busy. */
const BUSY_FACTOR = 3;

/** How long a batch may run before its model is taken to hang, ms, when it took `warmMs` as it was warmed. */
export function hangLimitOf(warmMs: number): number {
  return Math.min(HANG_FACTOR * warmMs, Math.max(BUSY_FACTOR * warmMs, warmMs + HANG_EXCESS_MS));
}
