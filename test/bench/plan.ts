import { createAskPicture, type PictureTimes } from '../../infra/plan/measure/ask-picture.ts';
import { measureSamples, profileOf, type Samples } from '../../infra/plan/measure/measure-profile.ts';
import { type MeasuredBackend, startBackend } from '../../infra/plan/measure/start-backend.ts';
import type { Profile } from '../../infra/plan/profile.ts';
import { meanOf } from '../../infra/plan/simulation/quantiles.ts';
import { simulateReplica } from '../../infra/plan/simulation/simulate-replica.ts';
import { arrivalsOf } from '../../infra/plan/traffic/arrivals.ts';
import { EMOJI_MODEL } from '../fixtures/emoji-model.ts';
import { type Replay, replay } from './plan/replay.ts';
import { runTimedLoad } from './plan/timed-scheduler.ts';
import { type LocalBackend, startLocalBackend } from './serving/local-backend.ts';
import { runOpenLoad } from './serving/open-load.ts';
import { percentile } from './serving/percentile.ts';
import type { Verdict } from './verdict.ts';

/** Shares of what the profile says the model can make. Near 1 a queue's length is chance. */
const LOADS = [0.3, 0.5, 0.7];
/** More than can be made: what is made then is the capacity. */
const OVERLOAD = 1.5;
const SECONDS = 20;
/** Pictures in each state, before and after each load. */
const PICTURES = 150;
/** How far a prediction may be off. */
const AIM = 0.2;

const SETTINGS = { queueRows: 1_024, maxQueueDelayMs: 2, deadlineMs: 30_000, encodeThreads: 1 };
/** A core for the model, one for all else: the load is made on this machine too. */
const VARIABLES = {
  INFERENCE_THREADS: '1',
  ENCODE_THREADS: '1',
  QUEUE_LIMIT: String(SETTINGS.queueRows),
  MAX_QUEUE_DELAY_MS: String(SETTINGS.maxQueueDelayMs),
  DEADLINE_MS: String(SETTINGS.deadlineMs),
};

/** What a run came to, and what was said of it. */
interface Figures {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly perSecond: number;
}

const NAMES = ['p50Ms', 'p99Ms', 'perSecond'] as const;

function noRatios(): Record<keyof Figures, number[]> {
  return { p50Ms: [], p99Ms: [], perSecond: [] };
}

const NOTHING = { factor: [1], encodeMs: [0], storeMs: [0], httpMs: [0] };
/** A batch of eight takes twice as long as one picture: long enough that timers are fine. */
const TIMED: Profile = {
  name: 'timed',
  kind: 'estimate',
  date: '2026-01-01',
  source: 'made up',
  buckets: [
    { bucket: 1, ms: 40 },
    { bucket: 2, ms: 45 },
    { bucket: 4, ms: 56 },
    { bucket: 8, ms: 80 },
  ],
  idle: NOTHING,
  busy: NOTHING,
  coldStart: { nodeSeconds: 0, podSeconds: 0 },
};
/** Also more than can be made: what is made then is the capacity. */
const TIMED_LOADS = [0.3, 0.6, 0.8, 1.5];

/**
 * The plan's model of a replica against a real one: service times are measured with one backend, before and after another
 * one has a load of the same arrivals as the model. A machine that does other things meanwhile is not the one that was
 * measured: so the model is judged by the service times of the run itself, too.
 */
export async function* benchPlan(runs: number): AsyncIterable<Verdict> {
  yield* benchBatches(runs);
  yield* benchReplica(runs);
}

/** The scheduler on the machine's clock before a model that only lets time pass, with a GPU's gain from batches. */
async function* benchBatches(runs: number): AsyncIterable<Verdict> {
  const { buckets } = TIMED;
  const capacity = Math.max(...buckets.map(({ bucket, ms }) => (1_000 * bucket) / ms));
  for (const load of TIMED_LOADS) {
    const ratios = noRatios();
    for (let run = 1; run <= runs; run++) {
      const arrivals = arrivalsAt(load * capacity, SECONDS, run);
      const endsAtMs = 1_000 * SECONDS;
      const timed = await runTimedLoad({ ...SETTINGS, times: buckets, arrivals, endsAtMs });
      const real = figuresOf(timed.servedMs, timed.servedInTime);
      const said = predict(TIMED, arrivals);
      yield { text: `timed model, load ${load}, run ${run}: ${describe(real, said)}`, isWithin: true };
      for (const name of NAMES) ratios[name].push(said[name] / real[name]);
    }
    for (const name of NAMES) {
      yield judge(`timed model, load ${load}: ${name}, predicted of measured`, ratios[name]);
    }
  }
}

async function* benchReplica(runs: number): AsyncIterable<Verdict> {
  const measured = await startBackend(EMOJI_MODEL, VARIABLES);
  const loaded = await startLocalBackend({ ...VARIABLES, MODEL_DIR: EMOJI_MODEL });
  try {
    const ask = await createAskPicture(measured.url, measured.signingKey);
    await measureSamples(ask, PICTURES);
    await replay(() => loaded.generate(), arrivalsAt(20, 5, 0), 5_000);
    for (const load of LOADS) {
      const saidRatios = noRatios();
      const ownRatios = noRatios();
      for (let run = 1; run <= runs; run++) {
        const before = await measureSamples(ask, PICTURES);
        const rate = load * capacityOf(toProfile(before, measured));
        const { real, arrivals, replayed } = await underLoad(loaded, rate, run);
        const after = await measureSamples(ask, PICTURES);
        const samples = { idle: [...before.idle, ...after.idle], busy: [...before.busy, ...after.busy] };
        const said = predict(toProfile(samples, measured), arrivals);
        const own = predict(toProfile(ownSamples(replayed.made, samples), measured), arrivals);
        const text = `${describe(real, said)}; by the run's own service times ${textOf(own)}`;
        yield { text: `load ${load}, run ${run}: ${text}`, isWithin: true };
        for (const name of NAMES) {
          saidRatios[name].push(said[name] / real[name]);
          ownRatios[name].push(own[name] / real[name]);
        }
      }
      for (const name of NAMES) {
        yield judge(`load ${load}: ${name}, predicted of measured`, saidRatios[name]);
        yield judge(`load ${load}: ${name}, by the run's own service times`, ownRatios[name]);
      }
    }
    const capacities: number[] = [];
    for (let run = 1; run <= runs; run++) {
      const before = await measureSamples(ask, PICTURES);
      const profile = toProfile(before, measured);
      const rate = OVERLOAD * capacityOf(profile);
      const { goodput } = await runOpenLoad(() => loaded.generate(), rate, SECONDS);
      const said = predict(profile, arrivalsAt(rate, SECONDS, run));
      yield {
        text: `load ${OVERLOAD}, run ${run}: real ${goodput.toFixed(1)}/s, predicted ${said.perSecond.toFixed(1)}/s`,
        isWithin: true,
      };
      capacities.push(said.perSecond / goodput);
    }
    yield judge(`load ${OVERLOAD}: throughput, predicted of measured`, capacities);
  } finally {
    await Promise.all([measured.stop(), loaded.stop()]);
  }
}

function toProfile(samples: Samples, backend: MeasuredBackend): Profile {
  return profileOf(samples, backend, { name: 'bench', date: '2026-01-01', source: 'this run' });
}

/** The load's own pictures, as if each had waited for nobody: what the machine took meanwhile. */
function ownSamples(made: readonly PictureTimes[], { idle: alone }: Samples): Samples {
  const waits = alone.map(({ timings }) => timings.queueMs);
  const queueMs = percentile(waits, 0.5);
  const own = made.map((sample) => ({ ...sample, timings: { ...sample.timings, queueMs } }));
  return { idle: own, busy: own };
}

/** Pictures a second that the model makes without a pause. */
function capacityOf({ buckets, busy }: Profile): number {
  return 1_000 / ((buckets[0]?.ms ?? Number.NaN) * meanOf(busy.factor));
}

/** The same for the same run, ms. */
function arrivalsAt(rps: number, seconds: number, run: number): number[] {
  const trace = [
    { seconds: 0, rps },
    { seconds, rps },
  ] as const;
  return [...arrivalsOf({ trace, hitRatio: 0, seed: run })].map(({ atMs }) => atMs);
}

async function underLoad(
  backend: LocalBackend,
  rate: number,
  run: number,
): Promise<{ real: Figures; arrivals: readonly number[]; replayed: Replay }> {
  const arrivals = arrivalsAt(rate, SECONDS, run);
  const replayed = await replay(() => backend.generate(), arrivals, 1_000 * SECONDS);
  const times = replayed.made.map(({ clientMs }) => clientMs);
  return { arrivals, replayed, real: figuresOf(times, replayed.madeInTime) };
}

function predict(profile: Profile, arrivals: readonly number[]): Figures {
  const endsAtMs = 1_000 * SECONDS;
  const { servedMs, servedInTime } = simulateReplica({ ...SETTINGS, profile, arrivals, endsAtMs, seed: 1 });
  return figuresOf(servedMs, servedInTime);
}

function figuresOf(times: readonly number[], inTime: number): Figures {
  return {
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    perSecond: inTime / SECONDS,
  };
}

function describe(real: Figures, said: Figures): string {
  return `real ${textOf(real)}; predicted ${textOf(said)}`;
}

function textOf({ p50Ms, p99Ms, perSecond }: Figures): string {
  return `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, ${perSecond.toFixed(1)}/s`;
}

function judge(name: string, ratios: readonly number[]): Verdict {
  const ratio = percentile(ratios, 0.5);
  const isWithin = Math.abs(ratio - 1) <= AIM;
  const text = `${name}: ${ratio.toFixed(2)} (${ratios.map((one) => one.toFixed(2)).join(', ')})`;
  return { text: isWithin ? text : `${text}; within ${AIM} of 1 is the aim`, isWithin };
}
