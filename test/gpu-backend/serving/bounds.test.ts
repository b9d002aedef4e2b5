import { describe, expect, it } from 'vitest';
import { createByteBudget } from '../../../gpu-backend/serving/byte-budget.ts';
import { createInFlight } from '../../../gpu-backend/serving/in-flight.ts';
import { createLimiter } from '../../../gpu-backend/serving/limiter.ts';
import { Overloaded } from '../../../gpu-backend/serving/overloaded.ts';
import { createTailEstimate } from '../../../gpu-backend/serving/tail-estimate.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('createLimiter', () => {
  it('runs so many at once, the rest in order, and goes on after a failure', async () => {
    const limit = createLimiter(2);
    const begun: number[] = [];
    const ends = [0, 1, 2, 3].map(() => Promise.withResolvers<void>());
    const work = ends.map(({ promise }, at) =>
      limit(() => {
        begun.push(at);
        return promise;
      }),
    );
    await settled();
    expect(begun).toEqual([0, 1]);
    const failed = expect(work[1]).rejects.toThrow('gone');
    ends[1]?.reject(new Error('gone'));
    await failed;
    await settled();
    expect(begun).toEqual([0, 1, 2]);
    expect(limit.running()).toBe(2);
    for (const end of ends) end.resolve();
    await Promise.allSettled(work);
    expect(begun).toEqual([0, 1, 2, 3]);
    expect(limit.running()).toBe(0);
  });
});

describe('createByteBudget', () => {
  it('gives what is there, and a single request more than that', () => {
    const budget = createByteBudget(100);
    const free = budget.take(1_000);
    expect(free).toBeDefined();
    expect(budget.take(1)).toBeUndefined();
    free?.();
    const [first, second] = [budget.take(60), budget.take(40)];
    expect([first, second]).not.toContain(undefined);
    expect(budget.take(1)).toBeUndefined();
    first?.();
    expect(budget.usedBytes()).toBe(40);
  });
});

describe('createInFlight', () => {
  it('is idle when all that was begun has ended, also what was begun meanwhile, however it ended', async () => {
    const inFlight = createInFlight();
    await inFlight.idle();
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    inFlight.track(first.promise).catch(() => {});
    let isIdle = false;
    const idle = inFlight.idle().then(() => {
      isIdle = true;
    });
    inFlight.track(second.promise);
    first.reject(new Error('failed'));
    await settled();
    expect([isIdle, inFlight.count()]).toEqual([false, 1]);
    second.resolve();
    await idle;
    expect(inFlight.count()).toBe(0);
  });
});

describe('createTailEstimate', () => {
  it('keeps clear of what it saw, and comes down again', () => {
    const tail = createTailEstimate();
    expect(tail.ms()).toBe(0);
    tail.observe(100);
    expect(tail.ms()).toBeGreaterThan(100);
    for (let at = 0; at < 100; at++) tail.observe(at % 2 === 0 ? 10 : 14);
    expect(tail.ms()).toBeGreaterThan(14);
    expect(tail.ms()).toBeLessThan(30);
  });
});

describe('Overloaded', () => {
  it.each([
    [0, 1],
    [1_001, 2],
    [10 * 60_000, 60],
  ])('after %i ms asks to come again in %i s', (retryAfterMs, retryAfterS) => {
    const error = new Overloaded('queue', retryAfterMs);
    expect(error).toMatchObject({ code: 'backend_unavailable', status: 503, retryAfterS });
    expect(error.toResponse().headers.get('retry-after')).toBe(String(retryAfterS));
  });
});
