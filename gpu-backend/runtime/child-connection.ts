import { fork } from 'node:child_process';
import { ApiError } from '../contract/errors.ts';
import type { InferenceBatch, InferenceResult } from './inference.ts';
import type { ChildMessage, RunMessage } from './inference-messages.ts';

/** A child that was told to end and does not within this time, ms, is killed. */
const CLOSE_LIMIT_MS = 5_000;

export interface ChildConnectionOptions {
  readonly modelDirectory: string;
  readonly threads: number;
  /** The child's whole environment; the parent's, which has secrets, is kept from it. */
  readonly environment: Readonly<Record<string, string>>;
  /** A batch that runs longer than this hangs, and the child is killed. */
  readonly runLimitMs: number;
  readonly onReady: () => void;
  readonly onEnd: (end: ChildEnd) => void;
}

export interface ChildEnd {
  readonly pid: number | undefined;
  /** The reason that the child gave, its signal or its exit code. */
  readonly reason: string;
  /** True when the child itself said that the model cannot be loaded. */
  readonly isUnloadable: boolean;
}

/** One life of the inference process. */
export interface ChildConnection {
  readonly pid: number | undefined;
  run(batch: InferenceBatch): Promise<InferenceResult>;
  close(): Promise<void>;
}

interface Pending {
  readonly resolve: (result: InferenceResult) => void;
  readonly reject: (error: ApiError) => void;
  readonly limit: NodeJS.Timeout;
}

/** Starts the inference process and speaks with it. Its end, however it comes, fails what it was running. */
export function connectChild(options: ChildConnectionOptions): ChildConnection {
  const { modelDirectory, threads, environment, runLimitMs, onReady, onEnd } = options;
  const pending = new Map<number, Pending>();
  const ended = Promise.withResolvers<void>();
  let lastId = 0;
  let unloadable: string | undefined;

  const child = fork(new URL('inference-child.ts', import.meta.url), [modelDirectory, String(threads)], {
    serialization: 'advanced',
    env: environment,
    // The parent's flags (a debugger's port, a test runner's loader) are not the child's.
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });

  const take = (id: number): Pending | undefined => {
    const waiting = pending.get(id);
    clearTimeout(waiting?.limit);
    pending.delete(id);
    return waiting;
  };

  const end = (reason: string): void => {
    for (const id of [...pending.keys()]) take(id)?.reject(childUnavailable(`inference process: ${reason}`));
    ended.resolve();
    onEnd({ pid: child.pid, reason, isUnloadable: unloadable !== undefined });
  };

  child.on('message', (message: ChildMessage) => {
    if (message.kind === 'ready') onReady();
    else if (message.kind === 'unloadable') unloadable = message.reason;
    else if (message.kind === 'result') take(message.id)?.resolve(message);
    else take(message.id)?.reject(new ApiError('internal_error', { cause: new Error(message.reason) }));
  });
  child.on('error', (error) => {
    // Without a process there is no exit event.
    if (child.pid === undefined) end(String(error));
  });
  child.once('exit', (code, signal) => end(unloadable ?? signal ?? `exit code ${code}`));

  return {
    pid: child.pid,
    run: (batch) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        const limit = setTimeout(() => child.kill('SIGKILL'), runLimitMs);
        pending.set(id, { resolve, reject, limit });
        // A send that fails needs no care of its own: the exit that follows rejects what is pending.
        child.send({ id, ...batch } satisfies RunMessage, () => {});
      }),
    async close() {
      if (child.connected) child.disconnect();
      const kill = setTimeout(() => child.kill('SIGKILL'), CLOSE_LIMIT_MS);
      await ended.promise;
      clearTimeout(kill);
    },
  };
}

/** The error of a batch that the model did not run; nothing of it was made. */
export function childUnavailable(reason: string): ApiError {
  return new ApiError('backend_unavailable', { cause: new Error(reason) });
}
