import { type ChildConnection, type ChildEnd, childUnavailable, connectChild } from './child-connection.ts';
import type { Inference } from './inference.ts';

/** Pauses before the nth child in a row that did not get ready is replaced, ms; the last one repeats. */
const RESTART_PAUSES_MS = [0, 250, 1_000, 4_000] as const;
/** Ten full-size pictures take four seconds on two CPU threads; a batch that runs this long hangs. */
const RUN_LIMIT_MS = 60_000;

export interface InferenceProcessOptions {
  readonly modelDirectory: string;
  /** Threads of one operator; 0 = one a core. */
  readonly threads: number;
  /** Told of each child that died and will be replaced. */
  readonly onRestart?: (event: RestartEvent) => void;
  readonly runLimitMs?: number;
  /** All that the child gets of the environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface RestartEvent extends Pick<ChildEnd, 'pid' | 'reason'> {
  readonly pauseMs: number;
}

export interface InferenceProcess extends Inference {
  /** Settles with the first load. Rejects when the model cannot be loaded, which is not tried again then. */
  readonly ready: Promise<void>;
  /** Process id of the child that lives now. */
  pid(): number | undefined;
}

/**
 * The model in a process of its own, because onnxruntime-node's `run` blocks its event loop and a native crash takes
 * its process with it. A child that dies fails what it was running with `backend_unavailable` and is replaced at once;
 * what is asked for meanwhile waits for the next one.
 */
export function createInferenceProcess(options: InferenceProcessOptions): InferenceProcess {
  const {
    onRestart = () => {},
    modelDirectory,
    threads,
    environment = {},
    runLimitMs = RUN_LIMIT_MS,
  } = options;
  const firstLoad = Promise.withResolvers<void>();
  let child: ChildConnection | undefined;
  let loaded = createLoad();
  let isReady = false;
  let hasLoaded = false;
  let isClosed = false;
  let failedLoads = 0;
  let restart: NodeJS.Timeout | undefined;

  const start = (): void => {
    const starting = connectChild({
      modelDirectory,
      threads,
      environment,
      runLimitMs,
      onReady: () => onReady(starting),
      onEnd,
    });
    child = starting;
  };

  const onReady = (ready: ChildConnection): void => {
    isReady = true;
    hasLoaded = true;
    failedLoads = 0;
    firstLoad.resolve();
    loaded.resolve(ready);
  };

  const onEnd = ({ pid, reason, isUnloadable }: ChildEnd): void => {
    const isLoadSettled = isReady || isUnloadable;
    isReady = false;
    child = undefined;
    if (isClosed) return;
    if (isUnloadable) loaded.reject(childUnavailable(reason));
    if (!hasLoaded && isUnloadable) {
      firstLoad.reject(new Error(reason));
      return;
    }
    if (isLoadSettled) loaded = createLoad();
    const pauseMs = RESTART_PAUSES_MS[Math.min(failedLoads, RESTART_PAUSES_MS.length - 1)] ?? 0;
    failedLoads++;
    onRestart({ pid, reason, pauseMs });
    restart = setTimeout(start, pauseMs);
  };

  start();
  return {
    ready: firstLoad.promise,
    isReady: () => isReady,
    pid: () => child?.pid,
    async generate(batch, signal) {
      const ready = await unlessAborted(loaded.promise, signal);
      if (isClosed) throw childUnavailable('the inference process is closed');
      return ready.run(batch);
    },
    async close() {
      isClosed = true;
      isReady = false;
      clearTimeout(restart);
      loaded.reject(childUnavailable('the inference process is closed'));
      await child?.close();
    },
  };
}

/** The child that gets ready next; nobody may be waiting for it when it fails. */
function createLoad(): PromiseWithResolvers<ChildConnection> {
  const load = Promise.withResolvers<ChildConnection>();
  load.promise.catch(() => {});
  return load;
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
