import type { Composition, ImageRequest, Images, Job } from '../api-types.ts';
import { errorOf, JobError } from '../errors.ts';
import { createJsonCalls, type IdempotentOptions } from '../http/json-calls.ts';
import type { CallOptions, Transport } from '../http/transport.ts';
import { type JobStep, watchJob } from './watch-job.ts';

/** What `jobs.create` takes: an image request whose answer is a job. */
export type JobRequest = Omit<ImageRequest, 'async'>;

/** Requests that are done later. */
export interface Jobs {
  /** Accepts a request as a job, which is tried until it succeeds or its `deadline` (seconds) passes. */
  create(request: JobRequest, options?: IdempotentOptions): Promise<Job>;
  get(id: string, options?: CallOptions): Promise<Job>;
  /** Ends a job that waits; one that runs may still succeed. */
  cancel(id: string, options?: CallOptions): Promise<Job>;
  /** The job's steps until it ends, to be read by `for await`. */
  watch(id: string, options?: CallOptions): AsyncGenerator<JobStep, void>;
  /**
   * What a job of `create` makes.
   * @throws GalipError of the job's own error where it fails or expires; JobError where it was cancelled.
   */
  wait(id: string, options?: CallOptions): Promise<Images>;
  /** The same of a job of `interpolations` or `grids`. */
  waitForComposition(id: string, options?: CallOptions): Promise<Composition>;
}

export function createJobs(transport: Transport): Jobs {
  const calls = createJsonCalls(transport);
  const pathOf = (id: string): string => `/v1/jobs/${encodeURIComponent(id)}`;
  const watch: Jobs['watch'] = (id, options = {}) => watchJob(transport, id, options);
  return {
    create: (request, options) => calls.post('/v1/images/generations', { ...request, async: true }, options),
    get: (id, options) => calls.get(pathOf(id), options),
    cancel: (id, options) => calls.delete(pathOf(id), options),
    watch,
    async wait(id, options) {
      const result = await resultOf(watch(id, options));
      if ('object' in result) throw new JobError(`${id} makes a composition: waitForComposition has it`);
      return result;
    },
    async waitForComposition(id, options) {
      const result = await resultOf(watch(id, options));
      if (!('object' in result)) throw new JobError(`${id} makes pictures: wait has them`);
      return result;
    },
  };
}

async function resultOf(steps: AsyncIterable<JobStep>): Promise<NonNullable<Job['result']>> {
  for await (const { job } of steps) {
    if (!job) continue;
    const { id, status, result, error } = job;
    if (result) return result;
    if (error && status !== 'cancelled')
      throw errorOf(error.message, { code: error.code, param: error.param });
    // What a cancelled job was charged, if anything.
    throw new JobError(`${id} is ${status}${error ? `: ${error.message}` : ''}`);
  }
  throw new JobError('the job ended unheard');
}
