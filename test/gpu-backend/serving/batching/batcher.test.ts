import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BucketTime } from '../../../../gpu-backend/runtime/inference.ts';
import { createBatcher } from '../../../../gpu-backend/serving/batching/batcher.ts';
import { createServiceTimes } from '../../../../gpu-backend/serving/batching/service-times.ts';
import { CPU_TIMES, GPU_TIMES, type SimulatedJob, simulateBatcher } from './simulate-batcher.ts';

const MAX_QUEUE_DELAY_MS = 2;

let names = 0;
function job(atMs: number, more: Partial<SimulatedJob> = {}): SimulatedJob {
  return { name: names++, atMs, caller: 'a', rows: 1, deadlineAtMs: atMs + 30_000, ...more };
}

const arrivals = fc
  .array(
    fc.record({
      gapMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 80 })),
      caller: fc.constantFrom('a', 'b', 'c', 'd'),
      rows: fc.integer({ min: 1, max: 10 }),
      patienceMs: fc.integer({ min: 1, max: 400 }),
    }),
    { minLength: 1, maxLength: 120 },
  )
  .map((list) => {
    let atMs = 0;
    return list.map(({ gapMs, caller, rows, patienceMs }, name): SimulatedJob => {
      atMs += gapMs;
      return { name, atMs, caller, rows, deadlineAtMs: atMs + patienceMs };
    });
  });

/** Any buckets, with times that grow; also ones where larger is dearer. */
const anyTimes = fc
  .tuple(
    fc.constantFrom([1], [1, 2, 4, 8], [1, 2, 4, 8, 16, 32], [4], [3, 7]),
    fc.integer({ min: 1, max: 20 }),
    fc.double({ min: 0, max: 1.2, noNaN: true }),
  )
  .map(([buckets, first, power]) =>
    buckets.map((bucket): BucketTime => ({ bucket, ms: first * bucket ** power })),
  );

const simulations = fc.record({
  times: anyTimes,
  arrivals,
  queueRows: fc.integer({ min: 1, max: 200 }),
  tailMs: fc.integer({ min: 0, max: 20 }),
  maxQueueDelayMs: fc.constant(MAX_QUEUE_DELAY_MS),
});

describe('any load', () => {
  it('makes each row of what was taken once, in order, and in time', () => {
    fc.assert(
      fc.property(simulations, (options) => {
        const { accepted, refused, expired, batches, endOf, waitingRows } = simulateBatcher(options);
        expect(accepted.length + refused.size).toBe(options.arrivals.length);
        expect(expired).toEqual([]);
        expect(waitingRows).toBe(0);
        for (const one of accepted) {
          const parts = batches.flatMap(({ batch }) => batch.parts.filter((part) => part.job === one));
          const rows = parts.flatMap(({ from, count }) =>
            Array.from({ length: count }, (_, at) => from + at),
          );
          expect(rows).toEqual(Array.from({ length: one.rows }, (_, at) => at));
          expect(endOf(one) + options.tailMs).toBeLessThanOrEqual(one.deadlineAtMs + 1e-6);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never lets the model stand idle beside waiting rows for longer than the delay', () => {
    fc.assert(
      fc.property(simulations, (options) => {
        expect(simulateBatcher(options).idleMs).toBeLessThanOrEqual(MAX_QUEUE_DELAY_MS + 1e-6);
      }),
      { numRuns: 300 },
    );
  });

  it('sends batches that fit their bucket, and one ahead at most', () => {
    fc.assert(
      fc.property(simulations, (options) => {
        const buckets = options.times.map(({ bucket }) => bucket);
        const { batches } = simulateBatcher(options);
        for (const [at, { batch, sentAtMs }] of batches.entries()) {
          expect(buckets).toContain(batch.bucket);
          expect(batch.rows).toBe(batch.parts.reduce((sum, { count }) => sum + count, 0));
          expect(batch.rows).toBeGreaterThan(0);
          expect(batch.rows).toBeLessThanOrEqual(batch.bucket);
          expect(batches[at - 2]?.endedAtMs ?? 0).toBeLessThanOrEqual(sentAtMs + 1e-6);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('takes all that an unhurried client sends while there is room', () => {
    fc.assert(
      fc.property(simulations, ({ arrivals: some, ...options }) => {
        const patient = some.map((one) => ({ ...one, caller: String(one.name), deadlineAtMs: 1e9 }));
        const { refused } = simulateBatcher({ ...options, arrivals: patient, queueRows: 2_000 });
        expect(refused.size).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});

describe('an idle model', () => {
  it.each([GPU_TIMES, CPU_TIMES])('runs what comes at once', (...times) => {
    const lonely = [0, 100, 200, 300].map((atMs) => job(atMs));
    const { batches } = simulateBatcher({ times, arrivals: lonely });
    expect(batches.map(({ sentAtMs, batch }) => [sentAtMs, batch.bucket])).toEqual(
      lonely.map(({ atMs }) => [atMs, 1]),
    );
  });

  it('runs a single client’s next request at once, however soon it comes', () => {
    const { batches } = simulateBatcher({ times: GPU_TIMES, arrivals: [job(0), job(5.5)] });
    expect(batches.map(({ sentAtMs }) => sentAtMs)).toEqual([0, 5.5]);
  });

  it('waits a moment for the company that a batch just had', () => {
    const together = Array.from({ length: 8 }, () => job(0));
    const again = Array.from({ length: 8 }, (_, at) => job(9.1 + at / 10));
    const { batches } = simulateBatcher({ times: GPU_TIMES, arrivals: [...together, ...again] });
    expect(batches.map(({ batch, sentAtMs }) => [batch.rows, sentAtMs])).toEqual([
      [8, 0],
      [8, 11.1],
    ]);
  });
});

describe('a deadline', () => {
  it('is not waited away', () => {
    const together = [job(0), job(0)];
    const hurried = job(6, { deadlineAtMs: 11.5 });
    const { batches, accepted } = simulateBatcher({ times: GPU_TIMES, arrivals: [...together, hurried] });
    expect(accepted).toContain(hurried);
    expect(batches.at(-1)?.sentAtMs).toBe(6);
  });

  it('lets the hurried go first where the others have time', () => {
    const patient = Array.from({ length: 20 }, (_, at) =>
      job(0, { caller: String(at), deadlineAtMs: 1_000 }),
    );
    const hurried = job(1, { caller: 'hurried', deadlineAtMs: 19 });
    const { accepted, endOf } = simulateBatcher({ times: CPU_TIMES, arrivals: [...patient, hurried] });
    expect(accepted).toContain(hurried);
    expect(endOf(hurried)).toBe(18);
  });
});

describe('a busy model', () => {
  it('fills the largest bucket of a GPU, and has the next batch there before the present one ends', () => {
    const burst = Array.from({ length: 96 }, () => job(0));
    const { batches } = simulateBatcher({ times: GPU_TIMES, arrivals: burst });
    expect(batches.map(({ batch }) => [batch.bucket, batch.rows])).toEqual([
      [32, 32],
      [32, 32],
      [32, 32],
    ]);
    expect(batches.map(({ sentAtMs, beganAtMs }) => [sentAtMs, beganAtMs])).toEqual([
      [0, 0],
      [0, 20],
      [20, 40],
    ]);
  });

  it('lets late comers into the next batch while there is room in it', () => {
    const first = job(0);
    const others = [1, 2, 3, 4].map((atMs) => job(atMs));
    const { batches } = simulateBatcher({ times: GPU_TIMES, arrivals: [first, ...others] });
    expect(batches.map(({ batch, sentAtMs }) => [batch.rows, sentAtMs])).toEqual([
      [1, 0],
      [4, 5],
    ]);
  });

  it('pads to one bucket where that is cheaper, and runs row by row where it is not', () => {
    const five = Array.from({ length: 5 }, () => job(0));
    const gpu = simulateBatcher({ times: GPU_TIMES, arrivals: five });
    expect(gpu.batches.map(({ batch }) => [batch.bucket, batch.rows])).toEqual([[8, 5]]);
    const cpu = simulateBatcher({ times: CPU_TIMES, arrivals: five });
    expect(cpu.batches.map(({ batch }) => batch.bucket)).toEqual([1, 1, 1, 1, 1]);
  });

  it('keeps the pictures of a request together', () => {
    const ten = job(0, { rows: 10, caller: 'b' });
    const { batches } = simulateBatcher({ times: GPU_TIMES, arrivals: [ten, job(0), job(0)] });
    expect(batches.map(({ batch }) => batch.rows)).toEqual([12]);
  });

  it('is at least 0.9 of the raw loop of its best bucket at saturation, whatever the times are', () => {
    fc.assert(
      fc.property(anyTimes, (times) => {
        const best = Math.min(...times.map(({ bucket, ms }) => ms / bucket));
        const burst = Array.from({ length: 500 }, () => job(0, { deadlineAtMs: 1e9, caller: String(names) }));
        const { batches } = simulateBatcher({ times, arrivals: burst });
        const endMs = Math.max(...batches.map(({ endedAtMs }) => endedAtMs));
        // Whatever the last batch lacks is padding in any loop.
        expect((500 * best) / (endMs - best * 32)).toBeGreaterThan(0.9);
      }),
      { numRuns: 100 },
    );
  });
});

describe('fairness', () => {
  /** Rows of each caller among the first so many. */
  function sharesOf(jobs: readonly SimulatedJob[], rows: number, times = GPU_TIMES): Map<string, number> {
    const { batches } = simulateBatcher({ times, arrivals: jobs, queueRows: 100_000 });
    const parts = batches.flatMap(({ batch }) => batch.parts);
    const made = parts
      .flatMap(({ job: { caller }, count }) => Array<string>(count).fill(caller))
      .slice(0, rows);
    return new Map([...Map.groupBy(made, (caller) => caller)].map(([caller, list]) => [caller, list.length]));
  }
  const many = (caller: string, count: number, rows: number) =>
    Array.from({ length: count }, () => job(0, { caller, rows, deadlineAtMs: 1e9 }));

  it.each([GPU_TIMES, CPU_TIMES])('gives callers the same share, however much each sends', (...times) => {
    const shares = sharesOf(
      [...many('greedy', 300, 1), ...many('big', 30, 10), ...many('small', 100, 1)],
      240,
      times,
    );
    for (const caller of ['greedy', 'big', 'small']) {
      // The longest request is as far as deficit round robin may be off.
      expect(Math.abs((shares.get(caller) ?? 0) - 80)).toBeLessThanOrEqual(10);
    }
  });

  it('does not let a caller who sent a thousand hold up one who sends one', () => {
    const lone = job(1, { caller: 'lone' });
    const { endOf } = simulateBatcher({
      times: GPU_TIMES,
      arrivals: [...many('greedy', 1_000, 1), lone],
      queueRows: 100_000,
    });
    // The batch that runs, the one that is sent already, and its own.
    expect(endOf(lone)).toBeLessThanOrEqual(60);
  });

  it('keeps room in the queue for the next caller', () => {
    const { refused, accepted } = simulateBatcher({
      times: GPU_TIMES,
      arrivals: [...many('greedy', 500, 1), ...many('other', 30, 1)],
      queueRows: 100,
    });
    expect(accepted.filter(({ caller }) => caller === 'greedy')).toHaveLength(50);
    expect([...refused.values()][0]).toMatchObject({ reason: 'share' });
    expect(accepted.filter(({ caller }) => caller === 'other').length).toBeGreaterThanOrEqual(25);
  });
});

describe('admission', () => {
  it('refuses what would be made too late, and says when it would not', () => {
    const queue = Array.from({ length: 40 }, (_, at) => job(0, { caller: String(at), deadlineAtMs: 1e9 }));
    const hurried = job(1, { caller: 'hurried', deadlineAtMs: 31 });
    const { refused } = simulateBatcher({ times: GPU_TIMES, arrivals: [...queue, hurried] });
    const refusal = refused.get(hurried);
    expect(refusal?.reason).toBe('deadline');
    expect(refusal?.retryAfterMs).toBeGreaterThan(0);
    expect(refusal?.retryAfterMs).toBeLessThan(60);
  });

  it('refuses what would make another late', () => {
    const tight = job(1, { caller: 'tight', rows: 2, deadlineAtMs: 18 });
    const pushy = job(2, { caller: 'pushy', deadlineAtMs: 14 });
    const { refused, endOf } = simulateBatcher({ times: CPU_TIMES, arrivals: [job(0), tight, pushy] });
    expect([...refused.keys()]).toEqual([pushy]);
    expect(endOf(tight)).toBeLessThanOrEqual(18);
  });

  it('takes any number of rows into an empty queue', () => {
    const ten = job(0, { rows: 10 });
    expect(simulateBatcher({ times: GPU_TIMES, arrivals: [ten], queueRows: 1 }).accepted).toEqual([ten]);
  });

  it('counts rows alone until the model has been measured, and runs nothing', () => {
    const batcher = createBatcher<SimulatedJob>({
      maxQueueDelayMs: 2,
      queueRows: 4,
      tailMs: () => 0,
      outageMs: () => 0,
    });
    const early = ['a', 'b', 'c', 'd'].map((caller) => job(0, { caller, deadlineAtMs: 1 }));
    expect(early.map((one) => batcher.offer(one, 0))).toEqual([undefined, undefined, undefined, undefined]);
    expect(batcher.offer(job(0, { caller: 'e' }), 0)).toMatchObject({ reason: 'queue' });
    expect(batcher.next(0)).toEqual({ expired: [] });
    batcher.setTimes(createServiceTimes(GPU_TIMES));
    expect(batcher.next(0).expired).toEqual(early);
  });
});

describe('when batches take longer than they did', () => {
  it('drops what can no longer be in time before it reaches the model, and learns', () => {
    const burst = Array.from({ length: 60 }, (_, at) => job(0, { caller: String(at), deadlineAtMs: 80 }));
    const later = Array.from({ length: 60 }, (_, at) => job(500, { caller: String(at), deadlineAtMs: 580 }));
    const slow = simulateBatcher({
      times: [{ bucket: 1, ms: 1 }],
      arrivals: [...burst, ...later],
      serve: () => 4,
    });
    expect(slow.expired.length).toBeGreaterThan(0);
    for (const one of slow.expired) {
      expect(slow.batches.some(({ batch }) => batch.parts.some((part) => part.job === one))).toBe(false);
    }
    expect(slow.expired.filter(({ atMs }) => atMs === 500)).toEqual([]);
    expect([...slow.refused.keys()].filter(({ atMs }) => atMs === 500).length).toBeGreaterThan(30);
  });
});
