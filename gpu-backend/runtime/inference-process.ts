import { type ChildConnection, type ChildEnd, childUnavailable, connectChild } from './child-connection.ts';
import type { BucketTime, Inference } from './inference.ts';
import type { ChildSettings, LoadReport } from './inference-messages.ts';
import { createPictureMemory } from './picture-memory.ts';

const INFERENCE_CHILD = new URL('inference-child.ts', import.meta.url);

/** Pauses before the nth child in a row that did not get ready is replaced, ms; the last one repeats. */
const RESTART_PAUSES_MS = [0, 250, 1_000, 4_000] as const;
/** A batch that takes longer than this and than its usual time allows hangs, ms. @see hang-limit.ts */
const HANG_LIMIT_MS = 3_000;
/** Loading and warming: seconds on CPUs, and a GPU that tunes its convolutions may take a minute. Longer hangs, ms. */
const LOAD_LIMIT_MS = 180_000;
/** Once a start has been measured, the next one hangs after this many times as long … */
const SLOW_START_FACTOR = 3;
/** … and not before, ms. Each one that was given up doubles it: the machine may only be busy. */
const LEAST_LOAD_LIMIT_MS = 5_000;
/** What a start is taken to last until one was measured, ms. */
const START_GUESS_MS = 3_000;
/**
 * Batches whose pictures there is memory for: one that runs, one that follows it at once, one that is read meanwhile.
 * 32 full-size pictures are 19 MB, so that three fit into the 64 MB that a container's /dev/shm has.
 */
const PICTURE_SLOTS = 3;

export interface InferenceProcessOptions
  extends Omit<ChildSettings, 'known' | 'providers' | 'convolutionSearch'>,
    Partial<Pick<ChildSettings, 'providers' | 'convolutionSearch'>> {
  /** Native edge of the model's pictures, pixels. */
  readonly imageSize: number;
  /** Told of each child that died and will be replaced. */
  readonly onRestart?: (event: RestartEvent) => void;
  /** Told of each child that got ready: the first and all that replace it. */
  readonly onLoad?: (report: LoadReport) => void;
  /** The child's entry point; another one than inference-child.ts wraps it, to measure or to break it. */
  readonly program?: URL;
  /** No batch hangs before it has run this long, ms. */
  readonly hangLimitMs?: number;
  /** All that the child gets of the environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface RestartEvent extends Pick<ChildEnd, 'pid' | 'reason'> {
  readonly pauseMs: number;
}

export interface InferenceProcess extends Inference {
  /**
   * What each bucket takes, as soon as the model has been loaded and warmed for the first time. Rejects when it cannot be
   * loaded, which is not tried again then.
   */
  readonly ready: Promise<readonly BucketTime[]>;
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
    imageSize,
    onRestart = () => {},
    onLoad = () => {},
    hangLimitMs = HANG_LIMIT_MS,
    program = INFERENCE_CHILD,
    environment = {},
    ...given
  } = options;
  let settings: ChildSettings = { providers: ['cpu'], convolutionSearch: 'heuristic', ...given };
  const rowBytes = 3 * imageSize ** 2 * Float32Array.BYTES_PER_ELEMENT;
  const memory = createPictureMemory(PICTURE_SLOTS, Math.max(...settings.buckets) * rowBytes);
  const firstLoad = Promise.withResolvers<readonly BucketTime[]>();
  let child: ChildConnection | undefined;
  let loaded = createLoad();
  let isReady = false;
  let hasLoaded = false;
  let isClosed = false;
  let failedLoads = 0;
  let restart: NodeJS.Timeout | undefined;
  let startedAtMs = 0;
  let startMs = START_GUESS_MS;

  const loadLimitMs = (): number => {
    if (!hasLoaded) return LOAD_LIMIT_MS;
    const limitMs = Math.max(LEAST_LOAD_LIMIT_MS, SLOW_START_FACTOR * startMs);
    return Math.min(LOAD_LIMIT_MS, limitMs * 2 ** Math.max(0, failedLoads - 1));
  };

  const start = (): void => {
    startedAtMs = performance.now();
    const starting = connectChild({
      settings,
      program,
      pictureFd: memory.fd,
      environment,
      loadLimitMs: loadLimitMs(),
      hangLimitMs,
      onReady: (report) => onReady(starting, report),
      onEnd,
    });
    child = starting;
  };

  const onReady = (ready: ChildConnection, report: LoadReport): void => {
    const { provider, times } = report;
    startMs = performance.now() - startedAtMs;
    isReady = true;
    hasLoaded = true;
    failedLoads = 0;
    settings = { ...settings, known: { provider, times } };
    onLoad(report);
    firstLoad.resolve(times);
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
    outageMs: () => (isReady ? 0 : Math.max(0, startedAtMs + startMs - performance.now())),
    async generate(batch, signal) {
      if (isClosed) throw childUnavailable('the inference process is closed');
      const slot = await memory.acquire(signal);
      try {
        const ready = await unlessAborted(loaded.promise, signal);
        if (isClosed) throw childUnavailable('the inference process is closed');
        const report = await ready.run(batch, slot.position);
        const pictures = { fd: memory.fd, position: slot.position, rowBytes };
        return { ...report, pictures, release: slot.release };
      } catch (error) {
        slot.release();
        throw error;
      }
    },
    async close() {
      isClosed = true;
      isReady = false;
      clearTimeout(restart);
      loaded.reject(childUnavailable('the inference process is closed'));
      await child?.close();
      memory.close();
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
