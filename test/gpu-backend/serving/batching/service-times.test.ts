import { expect, test } from 'vitest';
import { createBatcher } from '../../../../gpu-backend/serving/batching/batcher.ts';
import { createServiceTimes } from '../../../../gpu-backend/serving/batching/service-times.ts';

const WARM = [
  { bucket: 1, ms: 10 },
  { bucket: 8, ms: 14 },
  { bucket: 32, ms: 30 },
];
const DEEP_QUEUE = 64;

/** Runs what the plan says for a deep queue, so many batches, and returns the buckets that ran. */
function run(
  times: ReturnType<typeof createServiceTimes>,
  msOf: (bucket: number) => number,
  batches: number,
) {
  return Array.from({ length: batches }, () => {
    const bucket = times.plan().bucketFor(DEEP_QUEUE);
    times.observe(bucket, msOf(bucket));
    return bucket;
  });
}

const warmMs = (bucket: number) => WARM.find((time) => time.bucket === bucket)?.ms ?? Number.NaN;

test('a machine that has become slower throughout keeps its choice of bucket', () => {
  const times = createServiceTimes(WARM);
  const ran = run(times, (bucket) => 2 * warmMs(bucket), 60);
  expect(new Set(ran)).toEqual(new Set([32]));
  expect(times.plan().timeOf(32)).toBeCloseTo(60, 0);
  // What did not run is expected to have become slower too.
  expect(times.plan().timeOf(8)).toBeGreaterThan(1.3 * 14);
});

test('a bucket that alone has become much slower gives way to another, whose own time is found again', () => {
  const times = createServiceTimes(WARM);
  const ran = run(times, (bucket) => (bucket === 32 ? 160 : warmMs(bucket)), 60);
  expect(ran.slice(-20)).toEqual(Array(20).fill(8));
  expect(times.plan().timeOf(8)).toBeCloseTo(14, 0);
});

test('one batch that was held up changes no choice', () => {
  const times = createServiceTimes(WARM);
  times.observe(32, 60);
  expect(run(times, warmMs, 20)).toEqual(Array(20).fill(32));
});

test('a batch that was held up for seconds says little of the other buckets', () => {
  const times = createServiceTimes(WARM);
  times.observe(32, 10_000);
  expect(times.plan().timeOf(8)).toBeLessThanOrEqual(1.1 * 14 + 1e-9);
  expect(times.plan().coverMs(1)).toBeLessThanOrEqual(1.1 * 10 + 1e-9);
});

test('a model that was slow once and idles since is tried again', () => {
  const batcher = createBatcher({ maxQueueDelayMs: 2, queueRows: 10, tailMs: () => 5, outageMs: () => 0 });
  const times = createServiceTimes([{ bucket: 1, ms: 35 }]);
  batcher.setTimes(times);
  times.observe(1, 10_000);
  const offer = () => batcher.offer({ caller: 'a', rows: 1, deadlineAtMs: 1_000 }, 0)?.reason;
  const refusals = Array.from({ length: 10 }, offer);
  expect(refusals[0]).toBe('deadline');
  // Taken, it waits: the same caller's next are refused for that.
  expect(refusals).toContain(undefined);
});

test('a model that cannot meet a deadline by what it took when warmed is never tried for it', () => {
  const batcher = createBatcher({ maxQueueDelayMs: 2, queueRows: 10, tailMs: () => 5, outageMs: () => 0 });
  batcher.setTimes(createServiceTimes([{ bucket: 1, ms: 2_000 }]));
  const offer = () => batcher.offer({ caller: 'a', rows: 1, deadlineAtMs: 1_000 }, 0)?.reason;
  expect(Array.from({ length: 50 }, offer)).toEqual(Array(50).fill('deadline'));
});
