import { expect, it } from 'vitest';
import type { PictureTimes } from '../../../infra/plan/measure/ask-picture.ts';
import { batchTimesOf } from '../../../infra/plan/measure/batch-times.ts';

const BUCKETS = [1, 4, 8].map((bucket) => ({ bucket, ms: 10 * bucket }));

function pictures(count: number, textEncoderMs: number, generatorMs: number): PictureTimes[] {
  const timings = {
    queueMs: 0,
    tokeniseMs: 0,
    textEncoderMs,
    generatorMs,
    encodeMs: 0,
    storeMs: 0,
    totalMs: 0,
  };
  return Array.from({ length: count }, (_, at) => ({ clientMs: at, timings }));
}

it('knows the pictures of a batch by their equal times in the model', () => {
  const mixed = [...pictures(1, 0.1, 9.871), ...pictures(3, 0.2, 31.004), ...pictures(5, 0, 77.5)];
  expect(batchTimesOf(mixed, BUCKETS)).toEqual([
    { bucket: 1, ms: 9.971 },
    { bucket: 4, ms: 31.204 },
    { bucket: 8, ms: 77.5 },
  ]);
});
