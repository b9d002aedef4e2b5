import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WORKER_VARIABLES } from '../fixtures/worker-variables.ts';
import { arrive, type HttpLoad, type LoadTarget, saturate } from './edge/http-load.ts';
import { startWorkers, type Workers } from './edge/start-workers.ts';
import { judge } from './judge.ts';
import { percentile } from './serving/percentile.ts';
import type { Verdict } from './verdict.ts';

/** Alternating rounds of each, of which the median counts. */
const ROUNDS_A_RUN = 3;
const SECONDS = 5;
const CONNECTIONS = 16;
/** What one instance of the Worker has; arrivals that find all busy are dropped. */
const OPEN_CONNECTIONS = 256;
/** Of what the slower one can: neither is to be queued at, or the queue would be compared. */
const OPEN_SHARE = 0.5;
/** A picture of 224 pixels in webp. */
const PICTURE_BYTES = 8 * 1024;
const PICTURE = `/i/${'ab'.repeat(32)}.webp`;
/** The first requests are compiled as they run. */
const WARM_UP_SECONDS = 3;
const MIN_RATE_RATIO = 0.5;
const MAX_P99_RATIO = 2;
/** proc(5) counts in these, whatever the machine. */
const TICK_MS = 10;

interface Round {
  readonly perSecond: number;
  /** Of workerd, µs a request. */
  readonly cpuUs: number;
}

/** The edge's cache-hit path beside a bare Hono Worker that says hello, in one workerd. */
export async function* benchEdge(runs: number): AsyncGenerator<Verdict, void> {
  const store = createServer((_, response) => {
    const headers = { etag: '"e"', 'content-type': 'image/webp', 'content-length': PICTURE_BYTES };
    response.writeHead(200, headers).end(Buffer.alloc(PICTURE_BYTES, 7));
  });
  store.listen(0, '127.0.0.1');
  await once(store, 'listening');
  const { port } = store.address() as AddressInfo;
  await using workers = await startWorkers({ ...WORKER_VARIABLES, S3_ENDPOINT: `http://127.0.0.1:${port}` });
  try {
    yield* compare(workers, runs * ROUNDS_A_RUN);
  } finally {
    store.close();
  }
}

async function* compare(workers: Workers, rounds: number): AsyncGenerator<Verdict, void> {
  const hello = { port: workers.helloPort, path: '/' };
  const hit = { port: workers.edgePort, path: PICTURE };
  for (const target of [hello, hit]) await saturate(target, CONNECTIONS, WARM_UP_SECONDS);
  const closed: { hello: Round; hit: Round }[] = [];
  for (let round = 0; round < rounds; round++) {
    closed.push({ hello: await measure(workers, hello), hit: await measure(workers, hit) });
  }
  const medianOf = (of: (round: (typeof closed)[number]) => number): number =>
    percentile(closed.map(of), 0.5);
  const helloRate = medianOf((round) => round.hello.perSecond);
  const hitRate = medianOf((round) => round.hit.perSecond);
  yield fine(
    `hello ${helloRate.toFixed(0)}/s, ${medianOf((round) => round.hello.cpuUs).toFixed(0)} µs of CPU`,
  );
  yield fine(
    `cache hit ${hitRate.toFixed(0)}/s, ${medianOf((round) => round.hit.cpuUs).toFixed(0)} µs of CPU`,
  );
  const rateRatio = medianOf((round) => round.hit.perSecond / round.hello.perSecond);
  yield judge(
    `cache hits a second, of hello's, median of ${rounds} pairs`,
    rateRatio,
    'at least',
    MIN_RATE_RATIO,
  );
  const perSecond = OPEN_SHARE * Math.min(helloRate, hitRate);
  const p99s: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const open = async (target: LoadTarget): Promise<HttpLoad> =>
      arrive(target, OPEN_CONNECTIONS, perSecond, SECONDS);
    const [ofHello, ofHit] = [await open(hello), await open(hit)];
    const [a, b] = [percentile(ofHello.times, 0.99), percentile(ofHit.times, 0.99)];
    p99s.push(b / a);
    const dropped = `${ofHello.dropped} and ${ofHit.dropped} arrivals dropped`;
    yield fine(
      `${perSecond.toFixed(0)}/s: p99 hello ${a.toFixed(2)} ms, cache hit ${b.toFixed(2)} ms; ${dropped}`,
    );
  }
  yield judge(
    `p99 of cache hits, of hello's, median of ${rounds} pairs`,
    percentile(p99s, 0.5),
    'at most',
    MAX_P99_RATIO,
  );
}

async function measure(workers: Workers, target: LoadTarget): Promise<Round> {
  const before = cpuMs(workers.pid);
  const { perSecond, times } = await saturate(target, CONNECTIONS, SECONDS);
  return { perSecond, cpuUs: (1_000 * (cpuMs(workers.pid) - before)) / times.length };
}

/** CPU time that a process has had (Linux: `utime` and `stime` of proc(5)). */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function fine(text: string): Verdict {
  return { text, isWithin: true };
}
