import { judge } from '../judge.ts';
import type { Verdict } from '../verdict.ts';
import { type LocalBackend, startLocalBackend } from './local-backend.ts';
import { describeLoad, runClosedLoad, runOpenLoad } from './open-load.ts';
import { percentile } from './percentile.ts';
import { measureScheduler } from './scheduler-overhead.ts';

/** An overload lasts this long for each run that is asked for: the usual three make the minute of the aim. */
const SECONDS_A_RUN = 20;
/** Clients that saturate the backend without overrunning it. */
const CLIENTS = 16;
const OVERLOADS = [2, 5, 10];
const HEALTH_EVERY_MS = 50;
/** A lone request's median of so many is what an unloaded backend takes. */
const LONE_REQUESTS = 20;

/** Patience of a request, ms: half of it is how long a queue of one caller can become, and so what a recovery takes. */
const DEADLINE_MS = 8_000;

/** What README.md's figures are measured by. */
const AIMS = {
  throughputRatio: 0.9,
  idleMs: 0.5,
  goodputRatio: 0.9,
  refusedP99Ms: 50,
  healthP99Ms: 50,
  eventLoopP99Ms: 10,
  recoveryMs: 5_000,
};

/** The batcher against the bare model. */
export async function* benchBatcher(runs: number): AsyncGenerator<Verdict, void> {
  for (const bucket of [1, 8, 32]) {
    const { throughputRatio, idleMs } = await measureScheduler(bucket, runs);
    yield judge(
      `batcher, buckets of ${bucket}, of a raw loop`,
      throughputRatio,
      'at least',
      AIMS.throughputRatio,
    );
    yield judge(`batcher, buckets of ${bucket}, added when idle, ms`, idleMs, 'at most', AIMS.idleMs);
  }
}

/** The whole backend at saturation and far beyond it. */
export async function* benchOverload(runs: number): AsyncGenerator<Verdict, void> {
  // A core for the model, one for all else: the load is made on this machine too.
  const backend = await startLocalBackend({
    INFERENCE_THREADS: '1',
    ENCODE_THREADS: '1',
    DEADLINE_MS: String(DEADLINE_MS),
  });
  try {
    yield* benchBackend(backend, runs * SECONDS_A_RUN);
  } finally {
    await backend.stop();
  }
}

async function* benchBackend(backend: LocalBackend, seconds: number): AsyncIterable<Verdict> {
  const send = () => backend.generate();
  await runClosedLoad(send, CLIENTS, 2);
  yield { text: `a lone request ${(await loneRequest(backend)).toFixed(1)} ms`, isWithin: true };
  let before = await saturate(backend, seconds);
  const saturations = [before];
  for (const factor of OVERLOADS) {
    const name = `${factor}× overload`;
    const { result: load, healthP99Ms } = await withHealth(backend, () =>
      runOpenLoad(send, factor * before.capacity, seconds),
    );
    const after = await saturate(backend, seconds);
    saturations.push(after);
    // The machine's own speed drifts by a tenth in minutes: capacity is what it was around the overload.
    const capacity = (before.capacity + after.capacity) / 2;
    before = after;
    yield { text: `${name} of ${capacity.toFixed(1)}/s: ${describeLoad(load)}`, isWithin: true };
    yield judge(`${name}: goodput of capacity`, load.goodput / capacity, 'at least', AIMS.goodputRatio);
    yield load.refusedMs.length > 0
      ? judge(`${name}: refusals p99, ms`, percentile(load.refusedMs, 0.99), 'at most', AIMS.refusedP99Ms)
      : { text: `${name}: nothing was refused, so that refusals were not measured`, isWithin: false };
    yield judge(`${name}: health p99, ms`, healthP99Ms, 'at most', AIMS.healthP99Ms);
    yield judge(`${name}: recovery, ms`, load.drainMs, 'at most', AIMS.recoveryMs);
  }
  const median = (of: (saturation: Saturation) => number): number => percentile(saturations.map(of), 0.5);
  yield judge(
    'saturation: health p99, ms',
    median((one) => one.healthP99Ms),
    'at most',
    AIMS.healthP99Ms,
  );
  yield judge(
    'saturation: event-loop delay p99, ms',
    median((one) => one.eventLoopP99Ms),
    'at most',
    AIMS.eventLoopP99Ms,
  );
}

interface Saturation {
  /** Pictures a second. */
  readonly capacity: number;
  readonly healthP99Ms: number;
  readonly eventLoopP99Ms: number;
}

/** As many clients as keep the backend busy, none of them refused. */
async function saturate(backend: LocalBackend, seconds: number): Promise<Saturation> {
  // Asked for, the figure begins anew.
  await backend.metric('galip_event_loop_delay_p99_seconds');
  const { result: capacity, healthP99Ms } = await withHealth(backend, () =>
    runClosedLoad(() => backend.generate(), CLIENTS, seconds),
  );
  const eventLoopP99Ms = 1_000 * (await backend.metric('galip_event_loop_delay_p99_seconds'));
  return { capacity, healthP99Ms, eventLoopP99Ms };
}

async function loneRequest(backend: LocalBackend): Promise<number> {
  const times: number[] = [];
  for (let at = 0; at < LONE_REQUESTS; at++) {
    const startedAt = performance.now();
    await (await backend.generate()).arrayBuffer();
    times.push(performance.now() - startedAt);
  }
  return percentile(times, 0.5);
}

/** Asks for health beside the work, at a constant rate. */
async function withHealth<T>(
  backend: LocalBackend,
  work: () => Promise<T>,
): Promise<{ result: T; healthP99Ms: number }> {
  const times: number[] = [];
  const asked: Promise<void>[] = [];
  const timer = setInterval(() => {
    const askedAt = performance.now();
    const probe = async (): Promise<void> => {
      await (await backend.get('/health/ready')).arrayBuffer();
      times.push(performance.now() - askedAt);
    };
    asked.push(probe().catch(() => void times.push(Number.POSITIVE_INFINITY)));
  }, HEALTH_EVERY_MS);
  const result = await work();
  clearInterval(timer);
  await Promise.all(asked);
  return { result, healthP99Ms: percentile(times, 0.99) };
}
