import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import type { Inference, InferenceBatch, InferenceResult } from '../../../gpu-backend/runtime/inference.ts';
import { withDeadline } from '../../../gpu-backend/serving/deadline.ts';
import { createFifoScheduler } from '../../../gpu-backend/serving/scheduler.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

const NEVER = new AbortController().signal;
const RESULT: InferenceResult = { images: new Float32Array(3), textEncoderMs: 1, generatorMs: 2 };

/** A batch that can be told from others by its first token. */
function batchOf(name: bigint): InferenceBatch {
  return { tokenIds: BigInt64Array.of(name), noise: new Float32Array(1), batch: 1 };
}

/** An Inference whose batches end when the test says so. */
function createHeldInference() {
  const running: {
    readonly name: bigint | undefined;
    readonly end: PromiseWithResolvers<InferenceResult>;
  }[] = [];
  const inference: Inference = {
    generate({ tokenIds: [name] }) {
      const end = Promise.withResolvers<InferenceResult>();
      running.push({ name, end });
      return end.promise;
    },
    isReady: () => true,
    close: async () => {},
  };
  return { inference, running, names: () => running.map(({ name }) => name) };
}

function createScheduler(queueLimit = 8) {
  const clock = createManualClock();
  const held = createHeldInference();
  return { clock, ...held, scheduler: createFifoScheduler({ inference: held.inference, clock, queueLimit }) };
}

/** Lets everything go on that waits for nothing but promises. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('createFifoScheduler', () => {
  it('runs one batch at a time, first come first served, and tells how long each waited', async () => {
    const { scheduler, clock, running, names } = createScheduler();
    const first = scheduler.run(batchOf(1n), NEVER);
    const second = scheduler.run(batchOf(2n), NEVER);
    const third = scheduler.run(batchOf(3n), NEVER);
    expect(names()).toEqual([1n]);
    expect(scheduler.depth()).toBe(2);
    clock.advance(30);
    running[0]?.end.resolve(RESULT);
    expect(await first).toEqual({ ...RESULT, queueMs: 0 });
    await settled();
    expect(names()).toEqual([1n, 2n]);
    clock.advance(12);
    running[1]?.end.resolve(RESULT);
    expect((await second).queueMs).toBe(30);
    await settled();
    running[2]?.end.resolve(RESULT);
    expect((await third).queueMs).toBe(42);
    expect(scheduler.depth()).toBe(0);
  });

  it('refuses at once what finds the queue full, and takes more when there is room again', async () => {
    const { scheduler, running } = createScheduler(1);
    const first = scheduler.run(batchOf(1n), NEVER);
    const second = scheduler.run(batchOf(2n), NEVER);
    await expect(scheduler.run(batchOf(3n), NEVER)).rejects.toMatchObject({
      code: 'backend_unavailable',
      retryAfterS: 2,
    });
    running[0]?.end.resolve(RESULT);
    await first;
    await settled();
    const fourth = scheduler.run(batchOf(4n), NEVER);
    running[1]?.end.resolve(RESULT);
    await second;
    await settled();
    running[2]?.end.resolve(RESULT);
    await fourth;
  });

  it('drops a batch whose deadline passes while it waits, and never runs it', async () => {
    const { scheduler, clock, running, names } = createScheduler();
    const first = scheduler.run(batchOf(1n), NEVER);
    const late = withDeadline(clock, 100, (signal) => scheduler.run(batchOf(2n), signal));
    const third = scheduler.run(batchOf(3n), NEVER);
    clock.advance(99);
    expect(scheduler.depth()).toBe(2);
    clock.advance(1);
    await expect(late).rejects.toMatchObject({ code: 'deadline_exceeded', status: 504 });
    expect(scheduler.depth()).toBe(1);
    running[0]?.end.resolve(RESULT);
    await first;
    await settled();
    running[1]?.end.resolve(RESULT);
    await third;
    expect(names()).toEqual([1n, 3n]);
  });

  it('runs a batch once more when its model died, before its turn is over', async () => {
    const { scheduler, running, names } = createScheduler();
    const first = scheduler.run(batchOf(1n), NEVER);
    const second = scheduler.run(batchOf(2n), NEVER);
    running[0]?.end.reject(new ApiError('backend_unavailable'));
    await settled();
    expect(names()).toEqual([1n, 1n]);
    running[1]?.end.resolve(RESULT);
    expect(await first).toMatchObject(RESULT);
    await settled();
    running[2]?.end.resolve(RESULT);
    expect(await second).toMatchObject(RESULT);
    expect(names()).toEqual([1n, 1n, 2n]);
  });

  it('gives up a batch that two models died of, and goes on with the next', async () => {
    const { scheduler, running, names } = createScheduler();
    const first = scheduler.run(batchOf(1n), NEVER);
    const second = scheduler.run(batchOf(2n), NEVER);
    running[0]?.end.reject(new ApiError('backend_unavailable'));
    await settled();
    running[1]?.end.reject(new ApiError('backend_unavailable'));
    await expect(first).rejects.toMatchObject({ code: 'backend_unavailable', status: 503 });
    await settled();
    running[2]?.end.resolve(RESULT);
    expect(await second).toMatchObject(RESULT);
    expect(names()).toEqual([1n, 1n, 2n]);
  });

  it.each([
    ['its deadline has passed', new ApiError('backend_unavailable'), 100],
    ['the model refused it', new ApiError('internal_error'), 0],
  ])('does not run a batch again when %s', async (_, error, passedMs) => {
    const { scheduler, clock, running, names } = createScheduler();
    const first = withDeadline(clock, 100, (signal) => scheduler.run(batchOf(1n), signal));
    const second = scheduler.run(batchOf(2n), NEVER);
    clock.advance(passedMs);
    running[0]?.end.reject(error);
    await expect(first).rejects.toThrow(ApiError);
    await settled();
    running[1]?.end.resolve(RESULT);
    expect(await second).toMatchObject(RESULT);
    expect(names()).toEqual([1n, 2n]);
  });
});

describe('withDeadline', () => {
  it('leaves no timer behind work that ended in time', async () => {
    const clock = createManualClock();
    let seen: AbortSignal | undefined;
    const work = withDeadline(clock, 100, async (signal) => {
      seen = signal;
      return 'done';
    });
    expect(await work).toBe('done');
    clock.advance(1_000);
    expect(seen?.aborted).toBe(false);
  });
});
