import { describe, expect, it } from 'vitest';
import { type JobStep, KEPT_MS } from '../../edge/jobs/job-core.ts';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { createJobWorld, IMAGES, ORDER } from './job-world.ts';

const SHED = () => new ApiError('backend_unavailable', { retryAfterS: 2 });

function statusesOf(world: ReturnType<typeof createJobWorld>): string[] {
  return world.core.eventsAfter(0).map(({ status }) => status);
}

describe('a job', () => {
  it('is queued, runs and succeeds, and is told once', async () => {
    const world = createJobWorld();
    expect(await world.core.create(ORDER)).toMatchObject({ status: 'queued', attempts: 0, version: 1 });
    await world.goOn(10);
    expect(world.core.find()).toMatchObject({
      status: 'succeeded',
      attempts: 1,
      startedAt: 0,
      finishedAt: 0,
      nextAttemptAt: null,
      result: IMAGES,
      error: null,
    });
    expect(statusesOf(world)).toEqual(['queued', 'running', 'succeeded']);
    expect(world.published).toHaveLength(1);
    expect(world.published[0]?.status).toBe('succeeded');
  });

  it('is the same when it is ordered again', async () => {
    const world = createJobWorld();
    await world.core.create(ORDER);
    await world.goOn(10);
    expect(await world.core.create(ORDER)).toMatchObject({ status: 'succeeded' });
    await world.goOn(20);
    expect(world.runs).toHaveLength(1);
  });

  it('gives its place back when it has ended, and goes on trying to', async () => {
    const world = createJobWorld();
    world.isPlaceHeld = true;
    await world.core.create(ORDER);
    await expect(world.goOn(10)).rejects.toThrow('cannot be given back');
    expect(world.core.find()?.status).toBe('succeeded');
    expect(world.left).toEqual([]);
    world.isPlaceHeld = false;
    await world.core.advance();
    await world.core.advance();
    expect(world.left).toEqual([ORDER.id]);
  });

  it('waits in the queue while the backend sheds load, longer each time', async () => {
    const world = createJobWorld();
    world.failures.push(SHED(), SHED(), SHED(), SHED());
    await world.core.create(ORDER);
    await world.goOn(0);
    expect(world.core.find()).toMatchObject({
      status: 'queued',
      nextAttemptAt: 2_000,
      error: { code: 'backend_unavailable' },
    });
    await world.goOn(60_000);
    expect(world.core.find()).toMatchObject({ status: 'succeeded', attempts: 5, finishedAt: 16_000 });
    expect(new Set(world.runs.map(({ requestKey }) => requestKey))).toEqual(new Set(['request-key']));
  });

  it('is tried by the alarm where the queue loses its message, and once where it delivers twice', async () => {
    const world = createJobWorld();
    world.failures.push(SHED());
    await world.core.create(ORDER);
    await world.goOn(0);
    const [message] = world.queue.splice(0);
    await world.goOn(60_000);
    expect(world.core.find()).toMatchObject({ status: 'succeeded', finishedAt: 32_000 });
    if (message) world.queue.push(message, message);
    await world.goOn(120_000);
    expect(world.runs).toHaveLength(2);
    expect(world.published).toHaveLength(1);
  });

  it('does not run twice at once', async () => {
    const world = createJobWorld();
    world.duringRun = async () => {
      expect(await world.core.advance()).toBe(false);
      expect(world.alarmAt).toBe(90_000);
    };
    await world.core.create(ORDER);
    await world.goOn(10);
    expect(world.runs).toHaveLength(1);
  });

  it.each([
    new ApiError('insufficient_credits'),
    new ApiError('budget_exceeded'),
    new ApiError('invalid_api_key'),
    new ApiError('model_not_found'),
  ])('fails at once with $code', async (error) => {
    const world = createJobWorld();
    world.failures.push(error);
    await world.core.create(ORDER);
    await world.goOn(10);
    expect(world.core.find()).toMatchObject({ status: 'failed', attempts: 1, error: { code: error.code } });
    expect(world.published).toHaveLength(1);
  });

  it('fails after five faults of ours, of which it says nothing', async () => {
    const world = createJobWorld();
    for (let fault = 0; fault < 5; fault++) world.failures.push(new TypeError('hidden'));
    await world.core.create(ORDER);
    await world.goOn(600_000);
    expect(world.core.find()).toMatchObject({
      status: 'failed',
      attempts: 5,
      error: { code: 'internal_error' },
    });
    expect(JSON.stringify(world.core.find())).not.toContain('hidden');
  });

  it('expires when the next try would come too late, with the reason of the last', async () => {
    const world = createJobWorld();
    for (let time = 0; time < 99; time++) world.failures.push(SHED());
    await world.core.create({ ...ORDER, deadline: 30_000 });
    await world.goOn(60_000);
    const job = world.core.find();
    expect(job).toMatchObject({ status: 'expired', error: { code: 'backend_unavailable' } });
    expect(job?.finishedAt).toBeLessThanOrEqual(30_000);
  });

  it('expires at its deadline where nothing called before', async () => {
    const world = createJobWorld();
    await world.core.create({ ...ORDER, deadline: 30_000 });
    world.nowMs = 31_000;
    await world.goOn(31_000);
    expect(world.core.find()).toMatchObject({ status: 'expired', error: { code: 'deadline_exceeded' } });
    expect(world.runs).toHaveLength(0);
  });

  it('is cancelled while it waits', async () => {
    const world = createJobWorld();
    world.failures.push(SHED());
    await world.core.create(ORDER);
    await world.goOn(0);
    expect(await world.core.cancel()).toMatchObject({ status: 'cancelled', nextAttemptAt: null });
    await world.goOn(60_000);
    expect(world.runs).toHaveLength(1);
    expect(world.published.map(({ status }) => status)).toEqual(['cancelled']);
    expect(await world.core.cancel()).toMatchObject({ status: 'cancelled', version: 4 });
  });

  it('that is cancelled while it runs has succeeded if its pictures get made', async () => {
    const world = createJobWorld();
    world.duringRun = async () => {
      expect(await world.core.cancel()).toMatchObject({ status: 'running' });
    };
    await world.core.create(ORDER);
    await world.goOn(10);
    expect(world.core.find()?.status).toBe('succeeded');
  });

  it('that is cancelled while it runs is tried no more', async () => {
    const world = createJobWorld();
    world.failures.push(SHED());
    world.duringRun = async () => void (await world.core.cancel());
    await world.core.create(ORDER);
    await world.goOn(60_000);
    expect(world.core.find()?.status).toBe('cancelled');
    expect(world.runs).toHaveLength(1);
  });

  it('that a restart interrupts is taken up at once', async () => {
    const world = createJobWorld();
    await world.core.create(ORDER);
    await world.core.wake();
    expect(world.alarmAt).toBe(0);
    world.crashAt = 'job.claim.after-commit';
    world.alarmAt = undefined;
    await world.core.advance().catch(() => world.restart());
    expect(world.alarmAt).toBe(90_000);
    await world.core.wake();
    expect(world.alarmAt).toBe(0);
    await world.goOn(10);
    expect(world.core.find()).toMatchObject({ status: 'succeeded', attempts: 2 });
  });

  it.each<JobStep>([
    'job.create.after-commit',
    'job.claim.after-commit',
    'job.run.before-finish',
    'job.finish.after-commit',
    'job.wait.after-commit',
    'job.publish.after-send',
  ])('survives a crash at %s', async (step) => {
    const world = createJobWorld();
    world.failures.push(SHED());
    world.crashAt = step;
    await world.core.create(ORDER).catch(() => world.restart());
    await world.goOn(600_000);
    expect(world.crashAt).toBeUndefined();
    expect(world.core.find()).toMatchObject({ status: 'succeeded', result: IMAGES });
    expect(world.published.length).toBeGreaterThanOrEqual(1);
    expect(new Set(world.published.map(({ id, status }) => `${id} ${status}`)).size).toBe(1);
  });

  it('can be asked for a day after its end', async () => {
    const world = createJobWorld();
    await world.core.create(ORDER);
    await world.goOn(KEPT_MS - 1);
    expect(world.core.find()?.status).toBe('succeeded');
    await world.goOn(KEPT_MS);
    expect(world.core.find()).toBeUndefined();
    expect(world.alarmAt).toBeUndefined();
  });

  it('gives news to who waits for them', async () => {
    const world = createJobWorld();
    await world.core.create(ORDER);
    const news = world.core.nextEvent();
    await world.goOn(10);
    await news;
    expect(world.core.eventsAfter(1).map(({ number, status }) => [number, status])).toEqual([
      [2, 'running'],
      [3, 'succeeded'],
    ]);
  });

  it('that never was leaves nothing behind', async () => {
    const world = createJobWorld();
    expect(world.core.find()).toBeUndefined();
    expect(await world.core.advance()).toBe(false);
    expect(world.core.eventsAfter(0)).toEqual([]);
    expect(world.alarmAt).toBeUndefined();
  });
});
