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
 * its process with it. A child that dies fails what it was running with `backend_unavailable` and is replaced at once.
 */
export function createInferenceProcess(options: InferenceProcessOptions): InferenceProcess {
  const { modelDirectory, threads, onRestart = () => {}, runLimitMs = RUN_LIMIT_MS } = options;
  const firstLoad = Promise.withResolvers<void>();
  let child: ChildConnection | undefined;
  let isReady = false;
  let hasLoaded = false;
  let isClosed = false;
  let failedLoads = 0;
  let restart: NodeJS.Timeout | undefined;

  const start = (): void => {
    child = connectChild({ modelDirectory, threads, runLimitMs, onReady, onEnd });
  };

  const onReady = (): void => {
    isReady = true;
    hasLoaded = true;
    failedLoads = 0;
    firstLoad.resolve();
  };

  const onEnd = ({ pid, reason, isUnloadable }: ChildEnd): void => {
    isReady = false;
    child = undefined;
    if (isClosed) return;
    if (!hasLoaded && isUnloadable) {
      firstLoad.reject(new Error(reason));
      return;
    }
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
    async generate(batch) {
      if (!isReady || !child) throw childUnavailable('the inference process is not ready');
      return child.run(batch);
    },
    async close() {
      isClosed = true;
      isReady = false;
      clearTimeout(restart);
      await child?.close();
    },
  };
}
