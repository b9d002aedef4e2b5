import type { BucketTime } from '../../runtime/inference.ts';

/** A larger bucket must make a row this much cheaper to be worth that the first rows wait for the last. */
const WORTHWHILE_GAIN = 0.05;
/** Rows for which the cheapest cover is looked up, in largest buckets; longer queues start with the cheapest bucket. */
const TABLE_BUCKETS = 4;

/** How waiting rows are cut into buckets, given what each bucket takes. */
export interface BucketPlan {
  /** The bucket to run now that so many rows wait; those beyond it wait on, and what it lacks is padding. */
  bucketFor(rows: number): number;
  timeOf(bucket: number): number;
  /** Least time in which so many rows can be made, ms. */
  coverMs(rows: number): number;
  /** Whether a row would become cheaper, were there more of them than `rows`. */
  gainsFromMore(rows: number): boolean;
}

/**
 * The cheapest cover of a queue by buckets (coin change with times as coins); of covers that are about as cheap, the one
 * that begins with the smallest bucket, whose rows are done first. So a GPU, whose time hardly grows with the batch,
 * pads up to one large bucket, and a CPU, where a batch of eight takes as long as eight batches, runs row by row.
 * @throws RangeError when there is no bucket.
 */
export function createBucketPlan(times: readonly BucketTime[]): BucketPlan {
  const ascending = times.toSorted((a, b) => a.bucket - b.bucket);
  if (ascending.length === 0) throw new RangeError('a plan needs at least one bucket');
  const largest = ascending.at(-1)?.bucket ?? 1;
  const best = ascending.reduce((least, time) => (perRow(time) < perRow(least) ? time : least));
  const msOf = new Map(ascending.map(({ bucket, ms }) => [bucket, ms]));
  const tableRows = TABLE_BUCKETS * largest;
  const costs = new Float64Array(tableRows + 1);
  const choices = new Uint32Array(tableRows + 1);
  for (let rows = 1; rows <= tableRows; rows++) {
    const covers = ascending.map((time) => ({
      time,
      ms: time.ms + (costs[Math.max(0, rows - time.bucket)] as number),
    }));
    const least = Math.min(...covers.map(({ ms }) => ms));
    const good = covers.filter(({ ms }) => ms <= least * (1 + WORTHWHILE_GAIN)).map(({ time }) => time);
    const cheapest = Math.min(...good.map((time) => perRow(time, rows)));
    const first = good.find((time) => perRow(time, rows) <= cheapest * (1 + WORTHWHILE_GAIN));
    costs[rows] = least;
    choices[rows] = (first ?? best).bucket;
  }
  return {
    bucketFor: (rows) => choices[Math.min(rows, tableRows)] as number,
    timeOf: (bucket) => msOf.get(bucket) ?? 0,
    coverMs(rows) {
      const beyond = Math.ceil(Math.max(0, rows - tableRows) / best.bucket);
      return beyond * best.ms + (costs[Math.max(0, rows - beyond * best.bucket)] as number);
    },
    gainsFromMore(rows) {
      const now = ascending.find(({ bucket }) => bucket === choices[Math.min(rows, tableRows)]) ?? best;
      return rows < best.bucket && perRow(best) * (1 + WORTHWHILE_GAIN) < perRow(now, rows);
    },
  };
}

/** Time of one real row when `rows` wait: padding is paid for by the others. */
function perRow({ bucket, ms }: BucketTime, rows: number = bucket): number {
  return ms / Math.min(bucket, rows);
}
