import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { PartlyMade } from '../generation/partly-made.ts';
import { isUnclear, isUnsettled } from './is-unclear.ts';
import { isFinal, type Job, type JobEvent, type JobOrder, type JobProgress, type JobResult } from './job.ts';
import type { JobChange, JobStorage } from './job-storage.ts';
import { retryDelayMs } from './retry-delay.ts';

/** How long a finished job can be asked for. */
export const KEPT_MS = 24 * 3_600_000;

/**
 * After this a job that runs is looked at again: a restart may have ended its run unseen. More than a run takes.
 */
const LOOK_AFTER_MS = 90_000;

/** A job whose message the queue has lost, or delivers late, is tried so long after it was due. */
const QUEUE_SLACK_MS = 30_000;

export type JobStep =
  | 'job.create.after-commit'
  | 'job.claim.after-commit'
  | 'job.run.before-finish'
  | 'job.finish.after-commit'
  | 'job.wait.after-commit'
  | 'job.publish.after-send';

export interface JobPorts {
  readonly storage: JobStorage;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** 0 … 1. */
  readonly random: () => number;
  /**
   * Makes the pictures, or ends at the deadline or soon after: what has begun is waited for, 20 s at most. Repeated for the same job it charges nothing
   * twice; what it throws is not charged, but for what it says was made.
   */
  readonly run: (job: Job, onProgress: (progress: JobProgress) => void) => Promise<JobResult>;
  /** Calls `advance` at that time, instead of at the one set before, also over restarts. */
  readonly setAlarm: (timeMs: number) => Promise<void>;
  /** Has the queue call `advance` after so long, when it has room. */
  readonly enqueue: (job: Job, delayMs: number) => Promise<void>;
  /** Takes over telling the tenant the job's end. Repeated for the same job it tells nothing twice. */
  readonly publish: (job: Job) => Promise<void>;
  /** Gives back the place that an open job holds. Repeated for the same job it changes nothing. */
  readonly leave: (job: Job) => Promise<void>;
  /** Called at each step; the simulator throws from it, production does nothing. */
  readonly crashPoint: (step: JobStep) => void;
}

/** One job: durable before it is accepted, tried until it is done, cancelled or out of time, and told once it has ended. */
export interface JobCore {
  /** Accepts the order, or does nothing where it was accepted before. */
  create(order: JobOrder): Promise<Job>;
  find(): Job | undefined;
  /** To be called first after a restart: a run that it interrupted is taken up at once. */
  wake(): Promise<void>;
  /** Does what is due, and arms the alarm for what is due later. True: the job's time is over, and it can be deleted. */
  advance(): Promise<boolean>;
  /**
   * Ends a job that waits; one that runs is tried no more, and has succeeded if this try makes its pictures: they are
   * charged by then. One that died in a try runs until it is known how that ended. Its state afterwards.
   */
  cancel(): Promise<Job>;
  eventsAfter(number: number): JobEvent[];
  /** Settles with the next event. */
  nextEvent(): Promise<void>;
}

export function createJobCore(ports: JobPorts): JobCore {
  const { storage, now, random, run, setAlarm, enqueue, publish, leave, crashPoint } = ports;
  /** The run of this process. A job that is stored as running without one was interrupted by a restart. */
  let live = false;
  let progress: JobProgress | null = null;
  let next = Promise.withResolvers<void>();

  function change(values: JobChange): Job {
    const job = storage.change(values, now());
    tellNext();
    return job;
  }

  function tellNext(): void {
    next.resolve();
    next = Promise.withResolvers();
  }

  function find(): Job | undefined {
    const job = storage.find();
    return job && live ? { ...job, progress } : job;
  }

  function advanceTo(reached: JobProgress): void {
    progress = reached;
    tellNext();
  }

  async function finish(values: JobChange): Promise<void> {
    change({ nextAttemptAt: null, finishedAt: now(), ...values });
    await setAlarm(now());
    crashPoint('job.finish.after-commit');
  }

  async function wait(job: Job, error: ApiError, delayMs: number, unsettled: boolean): Promise<void> {
    const nextAttemptAt = now() + delayMs;
    change({ status: 'queued', nextAttemptAt, unsettled, error: error.toBody().error });
    const lookAt = nextAttemptAt + QUEUE_SLACK_MS;
    await setAlarm(unsettled ? lookAt : Math.min(job.deadline, lookAt));
    crashPoint('job.wait.after-commit');
    // Lost with a crash here: the alarm stands in for it.
    await enqueue(job, delayMs);
  }

  function isOver(job: Job): boolean {
    return storage.isCancelRequested() || now() >= job.deadline;
  }

  /** A job that is stored as running, while nobody runs it, died with its try. */
  function mayBeCharged(job: Job): boolean {
    return job.unsettled || (job.status === 'running' && !live);
  }

  async function attempt(waiting: Job): Promise<void> {
    const job = change({
      status: 'running',
      attempts: waiting.attempts + 1,
      startedAt: waiting.startedAt ?? now(),
      nextAttemptAt: null,
      unsettled: mayBeCharged(waiting),
      error: null,
    });
    live = true;
    progress = null;
    try {
      await setAlarm(now() + LOOK_AFTER_MS);
      crashPoint('job.claim.after-commit');
      await conclude(job);
    } finally {
      live = false;
    }
  }

  async function attemptWhenDue(job: Job): Promise<void> {
    const dueAt = job.nextAttemptAt ?? 0;
    if (job.status === 'running' || now() >= dueAt) await attempt(job);
    else await setAlarm(job.unsettled ? dueAt : Math.min(job.deadline, dueAt));
  }

  async function conclude(job: Job): Promise<void> {
    // A try after the end finds what an earlier one was charged for, and makes nothing new.
    const outcome = await run(isOver(job) ? { ...job, deadline: now() } : job, advanceTo).then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    );
    crashPoint('job.run.before-finish');
    if ('result' in outcome)
      return finish({ status: 'succeeded', unsettled: false, result: outcome.result, error: null });
    const error =
      outcome.error instanceof ApiError
        ? outcome.error
        : new ApiError('internal_error', { cause: outcome.error });
    const delayMs = retryDelayMs(error, job.attempts, random());
    const unsettled = isUnsettled(error) || (job.unsettled && isUnclear(error));
    if (unsettled && now() < job.deadline + KEPT_MS) {
      return wait(job, error, delayMs ?? QUEUE_SLACK_MS, true);
    }
    if (storage.isCancelRequested()) {
      const isPartlyMade = error instanceof PartlyMade;
      return finish({ status: 'cancelled', error: isPartlyMade ? error.toBody().error : null });
    }
    if (now() >= job.deadline) return expire(error);
    if (delayMs === undefined) return finish({ status: 'failed', error: error.toBody().error });
    if (now() + delayMs >= job.deadline) return expire(error);
    // Whatever ends the job, what was made and charged is told then.
    return wait(job, error, delayMs, error instanceof PartlyMade);
  }

  /** `cause`: what the last try ended with, if that says more than that time is up. */
  async function expire(cause?: ApiError): Promise<void> {
    const saysMore = cause?.status === 503 || cause instanceof PartlyMade;
    const error = saysMore ? cause : new ApiError('deadline_exceeded');
    await finish({ status: 'expired', error: error.toBody().error });
  }

  async function afterEnd(job: Job, endedAt: number): Promise<boolean> {
    if (!storage.isPublished()) {
      await Promise.all([publish(job), leave(job)]);
      crashPoint('job.publish.after-send');
      storage.markPublished();
    }
    if (now() >= endedAt + KEPT_MS) return true;
    await setAlarm(endedAt + KEPT_MS);
    return false;
  }

  return {
    async create(order) {
      if (storage.create(order, now())) {
        await setAlarm(now());
        crashPoint('job.create.after-commit');
      }
      const job = storage.find();
      if (!job) throw new Error('a job that was created exists');
      return job;
    },
    find,
    async wake() {
      if (storage.find()?.status === 'running') await setAlarm(now());
    },
    async advance() {
      const job = storage.find();
      if (!job) return false;
      if (job.finishedAt !== null) return afterEnd(job, job.finishedAt);
      if (live) await setAlarm(now() + LOOK_AFTER_MS);
      else if (!isOver(job) || mayBeCharged(job)) await attemptWhenDue(job);
      else if (storage.isCancelRequested()) await finish({ status: 'cancelled', error: null });
      else await expire();
      return false;
    },
    async cancel() {
      const job = storage.find();
      if (!job) throw new Error('only a job that exists is cancelled');
      if (!isFinal(job.status)) {
        storage.requestCancel();
        if (mayBeCharged(job)) await setAlarm(now());
        else if (!live) await finish({ status: 'cancelled', error: null });
      }
      return storage.find() ?? job;
    },
    eventsAfter: (number) => storage.eventsAfter(number),
    nextEvent: () => next.promise,
  };
}
