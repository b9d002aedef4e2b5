import type { Job } from '../api-types.ts';
import { ConnectionError } from '../errors.ts';
import { createJsonCalls } from '../http/json-calls.ts';
import type { CallOptions, Transport } from '../http/transport.ts';
import { wait } from '../http/wait.ts';
import { openEvents } from './open-events.ts';

/** A step of a job. */
export interface JobStep {
  readonly status: Job['status'];
  /** How often it was tried so far. */
  readonly attempts: number;
  /** Of a composition that is being made: how many of its files are there. */
  readonly progress: Job['progress'];
  /** The whole job, once it has ended. */
  readonly job: Job | undefined;
}

/** After so many streams in a row that told nothing a proxy on the way may hold them back: the job is asked for instead. */
const MAX_SILENT_STREAMS = 2;

const RECONNECT_MS = 2_000;
const ASK_AGAIN_MS = 1_000;

const ENDED = new Set<Job['status']>(['succeeded', 'failed', 'cancelled', 'expired']);

/**
 * The steps of a job until it ends: by server-sent events, connected again where they break off; by asking for the job
 * where they do not come through.
 */
export async function* watchJob(
  transport: Transport,
  id: string,
  options: CallOptions,
): AsyncGenerator<JobStep, void> {
  const path = `/v1/jobs/${encodeURIComponent(id)}`;
  const { get } = createJsonCalls(transport);
  let last = '';
  let told = '';
  for (let silent = 0; ; silent++) {
    if (silent < MAX_SILENT_STREAMS) {
      try {
        for await (const { id: eventId, data } of openEvents(transport, `${path}/events`, last, options)) {
          const {
            status,
            attempts,
            progress = null,
          } = JSON.parse(data) as Partial<Pick<Job, 'progress'>> & Pick<Job, 'status' | 'attempts'>;
          silent = 0;
          last = eventId;
          told = `${status} ${attempts}`;
          if (ENDED.has(status)) break;
          yield { status, attempts, progress, job: undefined };
        }
      } catch (error) {
        if (!(error instanceof ConnectionError)) throw error;
      }
    }
    // Whether the stream ended with the job, or broke off; events have no base64, the job has.
    const job = await get<Job>(path, options);
    const { status, attempts, progress } = job;
    if (ENDED.has(status)) return yield { status, attempts, progress, job };
    if (told !== `${status} ${attempts}`) yield { status, attempts, progress, job: undefined };
    told = `${status} ${attempts}`;
    await wait(silent < MAX_SILENT_STREAMS ? RECONNECT_MS : ASK_AGAIN_MS, options.signal);
  }
}
