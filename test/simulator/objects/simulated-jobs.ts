import { type CallLimits, createAskDurable } from '../../../edge/durable/ask-durable.ts';
import type { Job, JobResult } from '../../../edge/jobs/job.ts';
import { createJobCore, type JobCore } from '../../../edge/jobs/job-core.ts';
import { createJobStorage } from '../../../edge/jobs/job-storage.ts';
import type { Jobs } from '../../../edge/jobs/jobs.ts';
import { createAlarm } from '../engine/alarm.ts';
import { Crash, crashPointOf } from '../engine/crash.ts';
import { createHost, type Host } from '../engine/host.ts';
import type { World } from '../engine/world.ts';
import type { Mutation } from '../mutation.ts';

/** As in `createDurableJobs`. */
const ADVANCE = { tries: 1, tryMs: 120_000, callMs: 120_000 };
/** As in `JobObject`. */
const TRY_AGAIN_MS = 30_000;

export interface JobsOptions {
  readonly world: World;
  readonly mutation: Mutation;
  readonly run: (job: Job) => Promise<JobResult>;
  readonly enqueue: (job: Job, delayMs: number) => Promise<void>;
  readonly publish: (job: Job) => Promise<void>;
  readonly leave: (job: Job) => Promise<void>;
}

export interface SimulatedJobs extends Jobs {
  /** All that were created, as they stand in storage; those deleted after their time are none. */
  all(): Job[];
}

interface JobObject {
  readonly host: Host<JobCore>;
  readonly stored: () => Job | undefined;
  /** Never throws but when the object dies. */
  readonly advance: () => Promise<void>;
}

/** The real jobs, each in an object of its own. Does what `JobObject` does for the core. */
export function createSimulatedJobs({ world, mutation, ...ports }: JobsOptions): SimulatedJobs {
  const { lives, time, faults, network, random } = world;
  const objects = new Map<string, JobObject>();

  function open(id: string): JobObject {
    const sql = world.openSql('job');
    const storage = createJobStorage(sql);
    const host = createHost<JobCore>({
      name: `job ${id}`,
      lives,
      open: (life) =>
        createJobCore({
          ...ports,
          storage,
          now: time.now,
          random: random.next,
          async setAlarm(timeMs) {
            if (life.isAlive) alarm.set(timeMs);
          },
          crashPoint: crashPointOf(life, faults),
        }),
    });
    const realAlarm = createAlarm({ time, faults, ring: () => advance() });
    const alarm = mutation.jobAlarm?.(realAlarm) ?? realAlarm;
    world.hosts.push(host);

    function advance(): Promise<void> {
      return host.serve(async (core) => {
        try {
          if (await core.advance()) sql.deleteAll();
        } catch (error) {
          if (error instanceof Crash) throw error;
          alarm.set(time.now() + TRY_AGAIN_MS);
        }
      });
    }
    return { host, stored: () => storage.find(), advance };
  }

  function objectOf(id: string): JobObject {
    const object = objects.get(id) ?? open(id);
    objects.set(id, object);
    return object;
  }

  /** The job, if it is the tenant's. */
  function find(core: JobCore, tenant: string): Job | undefined {
    const job = core.find();
    return job?.tenant === tenant ? job : undefined;
  }

  const askDurable = createAskDurable(world.clock, 'service_unavailable');
  const ask = <T>(what: string, work: () => Promise<T>, limits?: CallLimits): Promise<T> =>
    askDurable(() => network.ask(what, work), limits);

  return {
    idOf: (tenant, requestKey) => `job_${tenant}_${requestKey}`,
    create: (order) =>
      ask(`create ${order.id}`, () => objectOf(order.id).host.serve((core) => core.create(order))),
    find: (id, tenant) => ask(`find ${id}`, () => objectOf(id).host.serve((core) => find(core, tenant))),
    cancel: (id, tenant) =>
      ask(`cancel ${id}`, () => objectOf(id).host.serve((core) => find(core, tenant) && core.cancel())),
    events: async () => undefined,
    advance: (id) => ask(`advance ${id}`, () => objectOf(id).advance(), ADVANCE),
    all: () => [...objects.values()].flatMap(({ stored }) => stored() ?? []),
  };
}
