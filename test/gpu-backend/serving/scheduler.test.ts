import { describe, expect, it, vi } from 'vitest';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import type {
  BucketTime,
  Inference,
  InferenceBatch,
  InferenceResult,
} from '../../../gpu-backend/runtime/inference.ts';
import type { Row } from '../../../gpu-backend/serving/batch-input.ts';
import { withDeadline } from '../../../gpu-backend/serving/deadline.ts';
import { createBatchScheduler, type MadeRow } from '../../../gpu-backend/serving/scheduler.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

const NEVER = new AbortController().signal;
const ROW_BYTES = 16;
/** One picture after the other. */
const ONE_BY_ONE: readonly BucketTime[] = [{ bucket: 1, ms: 10 }];
/** A batch of four takes hardly longer than one picture. */
const BY_FOURS: readonly BucketTime[] = [
  { bucket: 1, ms: 10 },
  { bucket: 4, ms: 12 },
];

/** An Inference whose batches end when the test says so. */
function createHeldInference() {
  const running: { batch: InferenceBatch; end: PromiseWithResolvers<InferenceResult>; released: number }[] =
    [];
  const inference: Inference = {
    generate(batch) {
      const held = { batch, end: Promise.withResolvers<InferenceResult>(), released: 0 };
      running.push(held);
      return held.end.promise;
    },
    isReady: () => true,
    outageMs: () => 0,
    close: async () => {},
  };
  const end = (at: number): void => {
    const held = running[at];
    held?.end.resolve({
      pictures: { fd: 3, position: at * 1_000, rowBytes: ROW_BYTES },
      release: () => held.released++,
      textEncoderMs: 1,
      generatorMs: 2,
      encodedTexts: held.batch.texts.length,
    });
  };
  const die = (at: number): void => running[at]?.end.reject(new ApiError('backend_unavailable'));
  /** First token of each row of each batch. */
  const names = () =>
    running.map(({ batch: { texts, sentenceOf } }) => sentenceOf.map((text) => Number(texts[text]?.[0])));
  return { inference, running, names, end, die };
}

function rowOf(prompt: string, token: number): Row {
  const tokenIds = new Map([[prompt, BigInt64Array.of(BigInt(token))]]);
  return { prompt, tokenIds, noise: Float32Array.of(token) };
}

async function createScheduler(times = ONE_BY_ONE, queueRows = 8) {
  const clock = createManualClock();
  const held = createHeldInference();
  const { inference } = held;
  const scheduler = createBatchScheduler({
    inference,
    ready: Promise.resolve(times),
    clock,
    maxQueueDelayMs: 2,
    queueRows,
    tailMs: () => 0,
  });
  await settled();
  const ask = (
    names: number | readonly number[],
    { signal = NEVER, caller = `caller of ${names}`, deadlineAtMs = 1e9 } = {},
  ): Promise<MadeRow>[] => {
    const rows = [names].flat().map((name) => rowOf(`${name}`, name));
    return scheduler.run({ caller, count: rows.length, rows: () => rows, deadlineAtMs }, signal);
  };
  return { clock, ...held, scheduler, ask };
}

/** Lets everything go on that waits for nothing but promises. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('createBatchScheduler', () => {
  it('runs what comes together in one batch, and says where each row lies and how long it waited', async () => {
    const { ask, names, running, end, clock } = await createScheduler(BY_FOURS);
    const [first] = ask(7);
    const both = ask([8, 9]);
    await settled();
    expect(names()).toEqual([[7, 8, 9]]);
    expect(running[0]?.batch).toMatchObject({ rows: 3, bucket: 4, noise: Float32Array.of(7, 8, 9) });
    clock.advance(12);
    end(0);
    expect(await first).toMatchObject({ fd: 3, position: 0, queueMs: 9, textEncoderMs: 1, generatorMs: 2 });
    const made = await Promise.all(both);
    expect(made.map(({ position }) => position)).toEqual([ROW_BYTES, 2 * ROW_BYTES]);
  });

  it('gives the memory back when the last row has been read', async () => {
    const { ask, running, end } = await createScheduler(BY_FOURS);
    const rows = ask([1, 2, 3]);
    await settled();
    end(0);
    const made = await Promise.all(rows);
    made[0]?.release();
    made[2]?.release();
    expect(running[0]?.released).toBe(0);
    made[1]?.release();
    expect(running[0]?.released).toBe(1);
  });

  it('sends equal prompts once', async () => {
    const { ask, running } = await createScheduler(BY_FOURS);
    ask([5, 6]);
    ask([5]);
    await settled();
    expect(running[0]?.batch).toMatchObject({
      texts: [BigInt64Array.of(5n), BigInt64Array.of(6n)],
      sentenceOf: [0, 0, 1],
    });
  });

  it('has the next batch lie ready while one runs, and no more than that', async () => {
    const { ask, names, scheduler, end } = await createScheduler();
    for (const name of [1, 2, 3, 4]) ask(name);
    await settled();
    expect(names()).toEqual([[1], [2]]);
    expect(scheduler.depth()).toBe(2);
    end(0);
    await settled();
    expect(names()).toEqual([[1], [2], [3]]);
  });

  it('refuses at once what finds the queue full, with the time until there is room, and takes more then', async () => {
    const { ask, end, running } = await createScheduler(ONE_BY_ONE, 1);
    const made = [ask(1)];
    await settled();
    made.push(ask(2));
    await settled();
    expect(() => ask(3)).not.toThrow();
    expect(() => ask(4)).toThrow(
      expect.objectContaining({ code: 'backend_unavailable', reason: 'queue', retryAfterS: 1 }),
    );
    end(0);
    end(1);
    await Promise.all(made.flat());
    await settled();
    expect(() => ask(5)).not.toThrow();
    expect(running).toHaveLength(3);
  });

  it('drops a request whose deadline passes while it waits, and never runs it', async () => {
    const { ask, clock, names, scheduler, end } = await createScheduler();
    for (const name of [1, 2]) ask(name);
    await settled();
    const late = withDeadline(clock, 100, (signal) => Promise.all(ask(3, { signal })));
    ask(4);
    clock.advance(99);
    expect(scheduler.depth()).toBe(2);
    clock.advance(1);
    await expect(late).rejects.toMatchObject({ code: 'deadline_exceeded', status: 504 });
    expect(scheduler.depth()).toBe(1);
    end(0);
    await settled();
    expect(names()).toEqual([[1], [2], [4]]);
  });

  it('gives memory back that nobody waits for any more', async () => {
    const { ask, end, running } = await createScheduler();
    const gone = new AbortController();
    const [row] = ask(1, { signal: gone.signal });
    await settled();
    gone.abort(new Error('gone'));
    await expect(row).rejects.toThrow('gone');
    end(0);
    await settled();
    expect(running[0]?.released).toBe(1);
  });

  it('fails what can no longer be made in time, unasked', async () => {
    const { ask, clock, end } = await createScheduler();
    for (const name of [1, 2]) ask(name);
    await settled();
    const [late] = ask(3, { deadlineAtMs: 40 });
    clock.advance(35);
    end(0);
    await expect(late).rejects.toMatchObject({ code: 'deadline_exceeded' });
  });

  it('runs a batch once more when its model died', async () => {
    const { ask, names, die, end } = await createScheduler();
    const [first] = ask(1);
    await settled();
    die(0);
    await settled();
    expect(names()).toEqual([[1], [1]]);
    end(1);
    expect(await first).toMatchObject({ fd: 3 });
  });

  it('gives up a batch that two models died of; what was sent behind it is run', async () => {
    const { ask, names, die, end } = await createScheduler();
    const [poison] = ask(1);
    const [other] = ask(2);
    await settled();
    die(0);
    die(1);
    await settled();
    // The other one waits, so that it does not die along a second time.
    expect(names()).toEqual([[1], [2], [1]]);
    die(2);
    await expect(poison).rejects.toMatchObject({ code: 'backend_unavailable', status: 503 });
    await settled();
    expect(names()).toEqual([[1], [2], [1], [2]]);
    end(3);
    expect(await other).toMatchObject({ fd: 3 });
  });

  it.each([
    ['all its deadlines have passed', new ApiError('backend_unavailable'), 100],
    ['the model refused it', new ApiError('internal_error'), 0],
  ])('does not run a batch again when %s', async (_, error, passedMs) => {
    const { ask, clock, running, names, end } = await createScheduler();
    const first = withDeadline(clock, 100, (signal) => Promise.all(ask(1, { signal })));
    await settled();
    clock.advance(passedMs);
    const failed = expect(first).rejects.toThrow(ApiError);
    running[0]?.end.reject(error);
    await failed;
    const [second] = ask(2);
    await settled();
    expect(names()).toEqual([[1], [2]]);
    end(1);
    expect(await second).toMatchObject({ fd: 3 });
  });

  it('fails all of a request when one of its batches fails, and keeps no memory of the others', async () => {
    const { ask, running, end } = await createScheduler();
    const rows = ask([1, 2, 3]);
    const outcome = Promise.allSettled(rows);
    await settled();
    running[0]?.end.reject(new ApiError('internal_error'));
    await settled();
    end(1);
    await settled();
    expect((await outcome).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(running).toHaveLength(2);
    expect(running[1]?.released).toBe(1);
  });

  it('makes no rows of a request that it refuses', async () => {
    const { ask, scheduler } = await createScheduler(ONE_BY_ONE, 1);
    ask([1, 2]);
    const rows = vi.fn(() => [rowOf('5', 5)]);
    expect(() => scheduler.run({ caller: 'b', count: 1, rows, deadlineAtMs: 1e9 }, NEVER)).toThrow(
      expect.objectContaining({ reason: 'queue' }),
    );
    expect(rows).not.toHaveBeenCalled();
  });

  it('forgets a request whose rows cannot be made', async () => {
    const { scheduler } = await createScheduler();
    const fail = (): never => {
      throw new RangeError('no such noise');
    };
    expect(() => scheduler.run({ caller: 'a', count: 1, rows: fail, deadlineAtMs: 1e9 }, NEVER)).toThrow(
      'no such',
    );
    expect(scheduler.depth()).toBe(0);
  });

  it('takes requests before the model is ready, and runs them then', async () => {
    const clock = createManualClock();
    const held = createHeldInference();
    const ready = Promise.withResolvers<readonly BucketTime[]>();
    const { inference } = held;
    const options = { inference, ready: ready.promise, clock, maxQueueDelayMs: 2, queueRows: 8 };
    const scheduler = createBatchScheduler({ ...options, tailMs: () => 0 });
    const row = rowOf('1', 1);
    scheduler.run({ caller: 'a', count: 1, rows: () => [row], deadlineAtMs: 1e9 }, NEVER);
    await settled();
    expect(held.names()).toEqual([]);
    ready.resolve(ONE_BY_ONE);
    await settled();
    expect(held.names()).toEqual([[1]]);
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
