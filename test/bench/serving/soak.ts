import { setTimeout as sleep } from 'node:timers/promises';
import { judge } from '../judge.ts';
import type { Verdict } from '../verdict.ts';
import { type LocalBackend, startLocalBackend } from './local-backend.ts';
import { describeLoad, runClosedLoad, runOpenLoad } from './open-load.ts';
import { residentBytes } from './resident.ts';
import { floorsOf, type Sample, slopeOf } from './slope.ts';

/** The aim's quarter of an hour for the usual three runs. */
const MINUTES_A_RUN = 5;
const CLIENTS = 16;
const CAPACITY_SECONDS = 20;
/** Saturation until heaps have what they ever take: V8's grows for some 4,000 requests before it collects for the first time. */
const SATURATION_SECONDS_A_RUN = 60;
const LOAD_SHARE = 0.8;
const SAMPLE_EVERY_MS = 1_000;
/** The first third is warm-up: of this load too, and nonces are remembered for three minutes. */
const WARM_UP_SHARE = 1 / 3;
/** Spans whose least values are compared: each has several garbage collections. */
const FLOORS = 20;
const MAX_GROWTH_PERCENT_AN_HOUR = 1;
const HOUR_MS = 3_600_000;

/** The backend at 80 % of what it can for a quarter of an hour: no 5xx, no growth. */
export async function* benchSoak(runs: number): AsyncGenerator<Verdict, void> {
  const backend = await startLocalBackend({ INFERENCE_THREADS: '1', ENCODE_THREADS: '1' });
  try {
    yield* soak(backend, runs * MINUTES_A_RUN * 60, runs * SATURATION_SECONDS_A_RUN);
  } finally {
    await backend.stop();
  }
}

async function* soak(
  backend: LocalBackend,
  seconds: number,
  warmUpSeconds: number,
): AsyncGenerator<Verdict, void> {
  const send = () => backend.generate();
  await runClosedLoad(send, CLIENTS, warmUpSeconds);
  const capacity = await runClosedLoad(send, CLIENTS, CAPACITY_SECONDS);
  const processes = { server: backend.pid, model: backend.childPid() };
  const samples = { server: [] as Sample[], model: [] as Sample[] };
  const startedAt = performance.now();
  const end = new AbortController();
  const sampling = (async () => {
    while (!end.signal.aborted) {
      const at = performance.now() - startedAt;
      for (const name of ['server', 'model'] as const) {
        samples[name].push({ at, value: residentBytes(processes[name]) });
      }
      await sleep(SAMPLE_EVERY_MS);
    }
  })();
  const load = await runOpenLoad(send, LOAD_SHARE * capacity, seconds);
  end.abort();
  await sampling;
  const name = `soak, ${(seconds / 60).toFixed(0)} min at 80 % of ${capacity.toFixed(1)}/s`;
  yield { text: `${name}: ${describeLoad(load)}`, isWithin: true };
  const failures = [...load.statuses].filter(([status]) => status === 0 || status >= 500);
  yield judge(
    `${name}: answers 5xx or none`,
    failures.reduce((sum, [, count]) => sum + count, 0),
    'at most',
    0,
  );
  yield judge(`${name}: arrivals dropped by the client`, load.dropped, 'at most', 0);
  for (const process of ['server', 'model'] as const) {
    const settled = samples[process].filter(({ at }) => at >= WARM_UP_SHARE * seconds * 1_000);
    const resident = settled[0]?.value ?? Number.NaN;
    const percent = (slope: number): number => (100 * slope * HOUR_MS) / resident;
    const { median, low, high } = slopeOf(floorsOf(settled, FLOORS));
    const about = `${percent(median).toFixed(1)} %/h (${percent(low).toFixed(1)} to ${percent(high).toFixed(1)})`;
    const text = `${name}: ${process} process, ${(resident / 1e6).toFixed(0)} MB, grows by about ${about}, at least %/h`;
    yield judge(text, percent(low), 'at most', MAX_GROWTH_PERCENT_AN_HOUR);
  }
}
