const [S, MIN] = [1_000, 60_000];

/** Before each of the ten tries; together two hours. */
const DELAYS_MS = [
  0,
  5 * S,
  25 * S,
  1 * MIN,
  2 * MIN,
  5 * MIN,
  10 * MIN,
  20 * MIN,
  35 * MIN,
  46 * MIN + 30 * S,
];

/** By how much of itself a delay may be longer or shorter, so that receivers that failed together are not told together. */
const JITTER = 0.1;

/** Milliseconds until the next try after `tries` have failed; undefined: ten have. `random`: 0 … 1. */
export function retryDelayMs(tries: number, random: number): number | undefined {
  const delayMs = DELAYS_MS[tries];
  return delayMs === undefined ? undefined : Math.round(delayMs * (1 + JITTER * (2 * random - 1)));
}
