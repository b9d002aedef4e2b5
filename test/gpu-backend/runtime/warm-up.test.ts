import { describe, expect, it } from 'vitest';
import { warmUp } from '../../../gpu-backend/runtime/warm-up.ts';

const BUCKETS = [1, 2, 4, 8, 16, 32];

/** Warms a model whose batches take as long as `msOf` says, the first of each bucket ten times that. */
async function warm(msOf: (rows: number) => number) {
  let now = 0;
  const ran: number[] = [];
  const run = async (rows: number): Promise<void> => {
    now += ran.includes(rows) ? msOf(rows) : 10 * msOf(rows);
    ran.push(rows);
  };
  return { times: await warmUp(BUCKETS, run, () => now), ran };
}

describe('warmUp', () => {
  it('measures every bucket of a model that gains by batches, the first run of each left out', async () => {
    const { times } = await warm((rows) => 5 + rows / 2);
    expect(times).toEqual(BUCKETS.map((bucket) => ({ bucket, ms: 5 + bucket / 2 })));
  });

  it('stops where two larger buckets in a row gain nothing', async () => {
    const { times, ran } = await warm((rows) => 6 * rows);
    expect(times.map(({ bucket }) => bucket)).toEqual([1, 2, 4]);
    expect(ran).not.toContain(8);
  });

  it('repeats a long run once only', async () => {
    const { ran } = await warm((rows) => 300 * rows);
    expect(ran.filter((rows) => rows === 1)).toHaveLength(2);
  });
});
