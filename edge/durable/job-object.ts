import { DurableObject } from 'cloudflare:workers';
import type { WorkerEnv } from '../config.ts';
import { writeEvents } from '../jobs/event-stream.ts';
import { isFinal, type Job, type JobOrder, type JobProgress, type JobResult } from '../jobs/job.ts';
import { createJobCore, type JobCore } from '../jobs/job-core.ts';
import { createJobStorage } from '../jobs/job-storage.ts';
import type { Log } from '../middleware/answer-errors.ts';
import type { Defer } from '../pictures/picture-source.ts';
import { createDurableSql } from './durable-sql.ts';

/** After a failure of storage, queue or webhooks; the platform itself tries an alarm only six times again. */
const TRY_AGAIN_MS = 30_000;

/** What the Worker gives to its jobs. */
export interface JobServices {
  readonly run: (job: Job, defer: Defer, onProgress: (progress: JobProgress) => void) => Promise<JobResult>;
  readonly enqueue: (job: Job, delayMs: number) => Promise<void>;
  readonly publish: (job: Job) => Promise<void>;
  readonly leave: (job: Job) => Promise<void>;
}

/** One job. Its name in the API is the object's own id, so that an invented name is recognised without asking. */
export abstract class JobObjectBase extends DurableObject<WorkerEnv> {
  readonly #core: JobCore;

  constructor(state: DurableObjectState, env: WorkerEnv) {
    super(state, env);
    const { storage } = state;
    this.#core = createJobCore({
      storage: createJobStorage(createDurableSql(storage)),
      now: () => Date.now(),
      random: () => Math.random(),
      run: (job, onProgress) =>
        this.services().run(
          job,
          (work) => state.waitUntil(work.catch((error: unknown) => this.#tell(error))),
          onProgress,
        ),
      setAlarm: (timeMs) => storage.setAlarm(timeMs),
      enqueue: (job, delayMs) => this.services().enqueue(job, delayMs),
      publish: (job) => this.services().publish(job),
      leave: (job) => this.services().leave(job),
      crashPoint: () => undefined,
    });
    void state.blockConcurrencyWhile(() => this.#core.wake());
  }

  protected abstract services(): JobServices;
  protected abstract log(): Log;

  create(order: JobOrder): Promise<Job> {
    return this.#core.create(order);
  }

  async find(tenant: string): Promise<Job | undefined> {
    return this.#find(tenant);
  }

  async cancel(tenant: string): Promise<Job | undefined> {
    return this.#find(tenant) && this.#core.cancel();
  }

  async events(tenant: string, after: number): Promise<ReadableStream<Uint8Array> | null | undefined> {
    const job = this.#find(tenant);
    if (!job) return undefined;
    if (isFinal(job.status) && this.#core.eventsAfter(after).length === 0) return null;
    const { readable, writable } = new IdentityTransformStream();
    const writer = writable.getWriter();
    const encoder = new TextEncoder();
    const written = writeEvents(after, {
      find: () => this.#core.find(),
      eventsAfter: (number) => this.#core.eventsAfter(number),
      nextEvent: () => this.#core.nextEvent(),
      wait: (ms) => scheduler.wait(ms),
      write: (text) => writer.write(encoder.encode(text)),
    });
    // Fails when the reader goes away, which is no fault.
    this.ctx.waitUntil(written.then(() => writer.close()).catch(() => undefined));
    return readable;
  }

  /** Never throws: what fails is tried again later. */
  async advance(): Promise<void> {
    try {
      if (await this.#core.advance()) await this.ctx.storage.deleteAll();
    } catch (error) {
      this.#tell(error);
      await this.ctx.storage.setAlarm(Date.now() + TRY_AGAIN_MS);
    }
  }

  override alarm(): Promise<void> {
    return this.advance();
  }

  #tell(error: unknown): void {
    const cause = error instanceof Error ? `${error.name}: ${error.message}` : 'no error';
    this.log()({ level: 'error', event: 'job', job: this.ctx.id.toString(), cause });
  }

  #find(tenant: string): Job | undefined {
    const job = this.#core.find();
    return job?.tenant === tenant ? job : undefined;
  }
}
