import type { BucketTime } from './inference.ts';

/** Runs of each bucket: the first allocates and tunes, the faster of the others is what it takes. */
const RUNS = 3;
/** A run as long as this, ms, is repeated once only: big models on CPUs would warm for minutes. */
const LONG_RUN_MS = 250;
/** Buckets in a row that make no row cheaper before the larger ones are given up. */
const USELESS_BUCKETS = 2;
/** What a row must become cheaper by, to count. */
const LEAST_GAIN = 0.05;

/**
 * Runs each bucket, smallest first, and says what it takes. Stops where larger batches gain nothing, as on a CPU: those
 * would never be run, and each would keep memory for its rows.
 * @param run one batch of so many rows.
 * @param now milliseconds.
 */
export async function warmUp(
  buckets: readonly number[],
  run: (rows: number) => Promise<unknown>,
  now: () => number,
): Promise<BucketTime[]> {
  const times: BucketTime[] = [];
  let bestPerRow = Number.POSITIVE_INFINITY;
  let useless = 0;
  for (const bucket of buckets) {
    const ms = await measure(() => run(bucket), now);
    times.push({ bucket, ms });
    const perRow = ms / bucket;
    useless = perRow < bestPerRow * (1 - LEAST_GAIN) ? 0 : useless + 1;
    bestPerRow = Math.min(bestPerRow, perRow);
    if (useless === USELESS_BUCKETS) break;
  }
  return times;
}

async function measure(run: () => Promise<unknown>, now: () => number): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let at = 0; at < RUNS; at++) {
    const startedAt = now();
    await run();
    const ms = now() - startedAt;
    if (at > 0) best = Math.min(best, ms);
    if (at > 0 && ms > LONG_RUN_MS) break;
  }
  return best;
}
