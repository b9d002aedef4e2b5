import { isFinal, type Job, type JobEvent } from './job.ts';
import { messageViewOf } from './job-view.ts';

/** Milliseconds that a client waits before it connects again. */
const RETRY_MS = 2_000;

/** Proxies close what is silent for a minute, some for half of it. */
const HEARTBEAT_MS = 15_000;

export interface EventStreamOptions {
  readonly find: () => Job | undefined;
  readonly eventsAfter: (number: number) => readonly JobEvent[];
  readonly nextEvent: () => Promise<void>;
  /** Settles after so long. */
  readonly wait: (ms: number) => Promise<void>;
  /** Rejects when the reader has gone. */
  readonly write: (text: string) => Promise<void>;
}

/**
 * Writes a job's steps after number `after` until it ends. An event's id is the step's number, by which a client that
 * comes back with Last-Event-ID goes on; its data is the job as it is then, or for a step that is past: as much as is known.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function writeEvents(after: number, options: EventStreamOptions): Promise<void> {
  const { find, eventsAfter, nextEvent, wait, write } = options;
  let last = after;
  let told = 0;
  await write(`retry: ${RETRY_MS}\n\n`);
  for (;;) {
    // Asked for before the look: no step can come in between unseen.
    const news = nextEvent();
    const job = find();
    const events = eventsAfter(last);
    for (const event of events) {
      await write(encode(event, job));
      last = event.number;
    }
    if (!job || isFinal(job.status)) return;
    const { progress } = job;
    if (progress && progress.done !== told) await write(encodeProgress(job));
    told = progress?.done ?? 0;
    const heard = await Promise.race([news.then(() => true), wait(HEARTBEAT_MS).then(() => false)]);
    if (!heard) await write(': still there\n\n');
  }
}

/** Not numbered: who comes back is told how far it has come by then. */
function encodeProgress({ id, status, attempts, progress }: Job): string {
  return `event: job.progress\ndata: ${JSON.stringify({ id, object: 'job', status, attempts, progress })}\n\n`;
}

function encode({ number, status, attempts, at }: JobEvent, job: Job | undefined): string {
  const whole = job && isFinal(status) ? messageViewOf(job) : undefined;
  const data = whole ?? { id: job?.id, object: 'job', status, attempts, at: Math.floor(at / 1000) };
  return `id: ${number}\nevent: job.${status}\ndata: ${JSON.stringify(data)}\n\n`;
}
