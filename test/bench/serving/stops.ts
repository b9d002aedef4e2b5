import { setTimeout as sleep } from 'node:timers/promises';
import { judge } from '../judge.ts';
import type { Verdict } from '../verdict.ts';
import { type LocalBackend, startLocalBackend } from './local-backend.ts';

/** The aim's fifty for the usual three runs. */
const STOPS_A_RUN = 17;
const CLIENTS = 24;
/** Load before the signal, ms: at least, and at random beyond. */
const BEFORE_MS = 500;
const SPREAD_MS = 1_000;
/** A request that was sent this long before the signal has been accepted, ms: ten times what the event loop may be held. */
const SURELY_ACCEPTED_MS = 100;
const PROBE_EVERY_MS = 20;
const MAX_UNREADY_MS = 1_000;
const MAX_EXIT_MS = 30_000;

interface Stop {
  /** Requests that were surely accepted and got no answer. */
  readonly lost: number;
  /** By the backend's log accepted and answered well, and no such answer came. */
  readonly unheard: number;
  readonly answered: number;
  readonly unreadyMs: number;
  readonly exitMs: number;
  readonly exitCode: number | null;
}

/** SIGTERM under load, again and again: nothing that was accepted is lost. */
export async function* benchStops(runs: number): AsyncGenerator<Verdict, void> {
  const stops: Stop[] = [];
  for (let at = 0; at < runs * STOPS_A_RUN; at++) stops.push(await stopOnce());
  const sum = (of: (stop: Stop) => number): number => stops.reduce((total, stop) => total + of(stop), 0);
  const most = (of: (stop: Stop) => number): number => Math.max(...stops.map(of));
  const name = `${stops.length} SIGTERMs under load`;
  yield { text: `${name}: ${sum(({ answered }) => answered)} requests answered`, isWithin: true };
  yield judge(
    `${name}: accepted requests lost`,
    sum(({ lost, unheard }) => Math.max(lost, unheard)),
    'at most',
    0,
  );
  yield judge(
    `${name}: not ready after at most, ms`,
    most(({ unreadyMs }) => unreadyMs),
    'at most',
    MAX_UNREADY_MS,
  );
  yield judge(
    `${name}: ended after at most, ms`,
    most(({ exitMs }) => exitMs),
    'at most',
    MAX_EXIT_MS,
  );
  yield judge(
    `${name}: exit codes that are not 0`,
    sum(({ exitCode }) => Number(exitCode !== 0)),
    'at most',
    0,
  );
}

async function stopOnce(): Promise<Stop> {
  const backend = await startLocalBackend({ INFERENCE_THREADS: '1', ENCODE_THREADS: '1' });
  const outcomes: { readonly sentAtMs: number; status: number }[] = [];
  let isOver = false;
  const client = async (_: unknown, at: number): Promise<void> => {
    while (!isOver) {
      const outcome = { sentAtMs: performance.now(), status: 0 };
      outcomes.push(outcome);
      try {
        const response = await backend.generate(`client-${at % 8}`);
        await response.arrayBuffer();
        outcome.status = response.status;
      } catch {
        // Not accepted any more, or lost: which one, the time of its sending says.
        return;
      }
    }
  };
  const clients = Array.from({ length: CLIENTS }, client);
  await sleep(BEFORE_MS + Math.random() * SPREAD_MS);
  const stoppedAtMs = performance.now();
  backend.signal('SIGTERM');
  const unready = untilNotReady(backend).then(() => performance.now() - stoppedAtMs);
  const exitCode = await backend.exit;
  const exitMs = performance.now() - stoppedAtMs;
  isOver = true;
  await Promise.all(clients);
  const good = outcomes.filter(({ status }) => status === 200).length;
  const accepted = outcomes.filter(({ sentAtMs }) => sentAtMs < stoppedAtMs - SURELY_ACCEPTED_MS);
  await backend.stop();
  return {
    lost: accepted.filter(({ status }) => status === 0).length,
    unheard: (backend.logged().get('ok') ?? 0) - good,
    answered: good,
    unreadyMs: await unready,
    exitMs,
    exitCode,
  };
}

async function untilNotReady(backend: LocalBackend): Promise<void> {
  for (; ; await sleep(PROBE_EVERY_MS)) {
    const isReady = await backend.get('/health/ready').then(
      async (response) => {
        await response.arrayBuffer();
        return response.ok;
      },
      () => false,
    );
    if (!isReady) return;
  }
}
