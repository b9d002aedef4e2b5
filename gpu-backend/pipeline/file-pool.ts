import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
// Loaded here too: its native libraries must stay while threads that use them come and go.
// @see https://sharp.pixelplumbing.com/install#worker-threads
import 'sharp';
import type { ComposeTask } from './compose-file.ts';
import type { FileReply } from './file-worker.ts';
import type { FileTask, PictureFile } from './make-file.ts';

/** Pause before a thread that died is replaced, ms: one that cannot even begin must not keep the machine busy. */
const RESTART_PAUSE_MS = 100;

/** Makes files in threads, so that neither resampling nor encoding holds up the event loop. */
export interface FilePool {
  /**
   * @throws Error when the picture is no picture or its thread died; whatever reason `signal` aborts with while the task
   * still waits for a thread.
   */
  make(task: FileTask | ComposeTask, signal: AbortSignal): Promise<PictureFile>;
  /** Tasks that wait for a thread. */
  depth(): number;
  /** Ends the threads; what still runs fails. */
  close(): Promise<void>;
}

interface Job {
  readonly task: FileTask | ComposeTask;
  readonly resolve: (file: PictureFile) => void;
  readonly reject: (error: Error) => void;
  readonly begin: () => void;
}

interface Thread {
  readonly worker: Worker;
  job: Job | undefined;
}

/** @param size threads; each makes one file at a time. One that dies fails its file and is replaced. */
export function createFilePool(size: number): FilePool {
  const queue = new Set<Job>();
  const threads = new Set<Thread>();
  let isClosed = false;

  const start = (): void => {
    const worker = new Worker(new URL('file-worker.ts', import.meta.url), { execArgv: [], env: {} });
    const thread: Thread = { worker, job: undefined };
    threads.add(thread);
    let problem = 'it ended';
    worker.on('message', (reply: FileReply) => {
      const { job } = thread;
      thread.job = undefined;
      if ('file' in reply) job?.resolve(reply.file);
      else job?.reject(new Error(reply.reason));
      next();
    });
    worker.on('error', (error) => {
      problem = String(error);
    });
    worker.once('exit', () => {
      threads.delete(thread);
      thread.job?.reject(new Error(`encoder thread: ${problem}`));
      setTimeout(() => {
        if (isClosed) return;
        start();
        next();
      }, RESTART_PAUSE_MS);
    });
  };

  const next = (): void => {
    for (const thread of threads) {
      const [job] = queue;
      if (!job) return;
      if (thread.job) continue;
      queue.delete(job);
      job.begin();
      thread.job = job;
      thread.worker.postMessage(job.task);
    }
  };

  for (let at = 0; at < size; at++) start();
  return {
    depth: () => queue.size,
    make(task, signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      if (isClosed) return Promise.reject(new Error('the encoder threads are closed'));
      return new Promise((resolve, reject) => {
        const begin = (): void => signal.removeEventListener('abort', leave);
        const job: Job = { task, resolve, reject, begin };
        const leave = (): void => {
          queue.delete(job);
          reject(signal.reason);
        };
        signal.addEventListener('abort', leave, { once: true });
        queue.add(job);
        next();
      });
    },
    async close() {
      isClosed = true;
      for (const job of queue) job.reject(new Error('the encoder threads are closed'));
      queue.clear();
      await Promise.all(
        [...threads].map(async ({ worker }) => {
          const exit = once(worker, 'exit');
          await worker.terminate();
          await exit;
        }),
      );
    },
  };
}
