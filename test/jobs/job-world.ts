import type { Images } from '../../edge/generation/images.ts';
import type { Job, JobOrder } from '../../edge/jobs/job.ts';
import { createJobCore, type JobCore, type JobStep } from '../../edge/jobs/job-core.ts';
import { createJobStorage } from '../../edge/jobs/job-storage.ts';
import { createNodeSql } from '../fakes/node-sql.ts';

export const ORDER: JobOrder = {
  id: 'job_1',
  tenant: 'tenant',
  keyId: 'key',
  request: { prompt: 'cat', seeds: [1] },
  requestKey: 'request-key',
  origin: 'https://edge.example',
  deadline: 3_600_000,
  webhook: null,
};

export const IMAGES: Images = {
  created: 1,
  model: 'emoji-v0',
  size: '64x64',
  output_format: 'png',
  native: 64,
  data: [],
  usage: { units: 1, remaining: null },
};

export class Crash extends Error {}

/** All that is around one job: time, alarm, queue, a backend by script; restarts keep what is durable. */
export interface JobWorld {
  core: JobCore;
  nowMs: number;
  alarmAt: number | undefined;
  readonly queue: { readonly at: number }[];
  /** What the next runs end with; when there is no more: pictures. */
  readonly failures: unknown[];
  /** Runs so far, and the jobs that were published, crashes included. */
  readonly runs: Job[];
  readonly published: Job[];
  /** Places given back. */
  readonly left: string[];
  /** While true, places cannot be given back. */
  isPlaceHeld: boolean;
  /** Dies at that step, once. */
  crashAt: JobStep | undefined;
  /** Called while a run is under way; what it throws the run ends with, a `Crash` the whole process. */
  duringRun: (job: Job) => Promise<void> | void;
  restart(): void;
  /** Lets alarm and queue call, in order of time, until nothing is due before `untilMs`; crashes restart. */
  goOn(untilMs: number): Promise<void>;
}

export function createJobWorld(): JobWorld {
  const sql = createNodeSql();
  const world: JobWorld = {
    core: open(),
    nowMs: 0,
    alarmAt: undefined,
    queue: [],
    failures: [],
    runs: [],
    published: [],
    left: [],
    isPlaceHeld: false,
    crashAt: undefined,
    duringRun: () => undefined,
    restart() {
      world.core = open();
    },
    async goOn(untilMs) {
      for (;;) {
        const message = world.queue.toSorted((a, b) => a.at - b.at)[0];
        const at = Math.min(
          world.alarmAt ?? Number.POSITIVE_INFINITY,
          message?.at ?? Number.POSITIVE_INFINITY,
        );
        if (at > untilMs) break;
        world.nowMs = Math.max(world.nowMs, at);
        const isAlarm = at === world.alarmAt;
        if (isAlarm) world.alarmAt = undefined;
        else if (message) world.queue.splice(world.queue.indexOf(message), 1);
        try {
          if (await world.core.advance()) {
            sql.exec('DELETE FROM job');
            world.alarmAt = undefined;
          }
        } catch (error) {
          if (!(error instanceof Crash)) throw error;
          // What the platform does: an alarm that failed rings again; a message that was not done comes again.
          if (isAlarm) world.alarmAt ??= world.nowMs;
          else world.queue.push({ at: world.nowMs });
          world.restart();
        }
      }
      world.nowMs = Math.max(world.nowMs, untilMs);
    },
  };

  function open(): JobCore {
    return createJobCore({
      storage: createJobStorage(sql),
      now: () => world.nowMs,
      random: () => 0,
      async run(job) {
        world.runs.push(job);
        try {
          await world.duringRun(job);
        } catch (error) {
          // The process is no more: nothing that it would do next happens.
          if (error instanceof Crash) world.crashAt = 'job.run.before-finish';
          throw error;
        }
        if (world.failures.length > 0) throw world.failures.shift();
        return IMAGES;
      },
      async setAlarm(timeMs) {
        world.alarmAt = timeMs;
      },
      async enqueue(_, delayMs) {
        world.queue.push({ at: world.nowMs + delayMs });
      },
      async publish(job) {
        world.published.push(job);
      },
      async leave(job) {
        if (world.isPlaceHeld) throw new Error('the place cannot be given back');
        world.left.push(job.id);
      },
      crashPoint(step) {
        if (step !== world.crashAt) return;
        world.crashAt = undefined;
        throw new Crash(step);
      },
    });
  }
  return world;
}
