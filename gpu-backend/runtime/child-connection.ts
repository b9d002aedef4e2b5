import { fork } from 'node:child_process';
import { ApiError } from '../contract/errors.ts';
import { hangLimitOf } from './hang-limit.ts';
import type { InferenceBatch } from './inference.ts';
import type { ChildMessage, ChildSettings, LoadReport, RunMessage, RunReport } from './inference-messages.ts';

/** A child that was told to end and does not within this time, ms, is killed. */
const CLOSE_LIMIT_MS = 5_000;

export interface ChildConnectionOptions {
  readonly settings: ChildSettings;
  /** Its entry point. */
  readonly program: URL;
  /** Of the memory that the child writes pictures to. */
  readonly pictureFd: number;
  /** The child's environment, but for what it always gets; the parent's, which has secrets, is kept from it. */
  readonly environment: Readonly<Record<string, string>>;
  /** A child that has not loaded and warmed its model in this time hangs, ms. */
  readonly loadLimitMs: number;
  /** No batch hangs before it has run this long, ms. @see hang-limit.ts */
  readonly hangLimitMs: number;
  readonly onReady: (report: LoadReport) => void;
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
  /** @param position where in the picture memory the pictures go. */
  run(batch: InferenceBatch, position: number): Promise<RunReport>;
  close(): Promise<void>;
}

interface Pending {
  readonly resolve: (report: RunReport) => void;
  readonly reject: (error: ApiError) => void;
  readonly bucket: number;
}

/** Starts the inference process and speaks with it. Its end, however it comes, fails what it was running. */
export function connectChild(options: ChildConnectionOptions): ChildConnection {
  const { settings, program, pictureFd, environment, loadLimitMs, hangLimitMs, onReady, onEnd } = options;
  const pending = new Map<number, Pending>();
  const ended = Promise.withResolvers<void>();
  let lastId = 0;
  let limits: ReadonlyMap<number, number> = new Map();
  let unloadable: string | undefined;

  const child = fork(program, [JSON.stringify(settings)], {
    serialization: 'advanced',
    // onnxruntime's builds since 1.29 report models and use to their maker unless told not to before they are loaded.
    env: { ...environment, ORT_DISABLE_TELEMETRY: '1' },
    // The parent's flags (a debugger's port, a test runner's loader) are not the child's.
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc', pictureFd],
  });

  const kill = (): boolean => child.kill('SIGKILL');
  let watchdog = setTimeout(kill, loadLimitMs);

  /** Watches the batch that runs now, the oldest one, and it alone: the next one's time begins with its end. */
  const watch = (): void => {
    clearTimeout(watchdog);
    const [running] = pending.values();
    if (running) watchdog = setTimeout(kill, Math.max(hangLimitMs, limits.get(running.bucket) ?? 0));
  };

  const take = (id: number): Pending | undefined => {
    const waiting = pending.get(id);
    pending.delete(id);
    watch();
    return waiting;
  };

  const end = (reason: string): void => {
    for (const id of [...pending.keys()]) take(id)?.reject(childUnavailable(`inference process: ${reason}`));
    clearTimeout(watchdog);
    ended.resolve();
    onEnd({ pid: child.pid, reason, isUnloadable: unloadable !== undefined });
  };

  child.on('message', (message: ChildMessage) => {
    if (message.kind === 'ready') {
      clearTimeout(watchdog);
      limits = new Map(message.times.map(({ bucket, ms }) => [bucket, hangLimitOf(ms)]));
      onReady(message);
    } else if (message.kind === 'unloadable') unloadable = message.reason;
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
    run: (batch, position) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        pending.set(id, { resolve, reject, bucket: batch.bucket });
        if (pending.size === 1) watch();
        // A send that fails needs no care of its own: the exit that follows rejects what is pending.
        child.send({ id, position, ...batch } satisfies RunMessage, () => {});
      }),
    async close() {
      if (child.connected) child.disconnect();
      const limit = setTimeout(kill, CLOSE_LIMIT_MS);
      await ended.promise;
      clearTimeout(limit);
    },
  };
}

/** The error of a batch that the model did not run; nothing of it was made. */
export function childUnavailable(reason: string): ApiError {
  return new ApiError('backend_unavailable', { cause: new Error(reason) });
}
