import { setTimeout as sleep } from 'node:timers/promises';
import { judge } from '../judge.ts';
import type { Verdict } from '../verdict.ts';
import { type LocalBackend, startLocalBackend } from './local-backend.ts';
import { percentile } from './percentile.ts';

/** Ten for the usual three runs. */
const KILLS_A_RUN = 4;
const CLIENTS = 16;
const DEADLINE_MS = 8_000;
/** Load between kills, ms, beside the time that the model takes to come back. */
const PAUSE_MS = 1_500;
const MAX_BACK_MS = 10_000;
const PROBE_EVERY_MS = 20;
/** Beyond its deadline no request may hang, ms. */
const DEADLINE_SLACK_MS = 1_000;

/** kill -9 of the model under load: every request is answered, or told to come again; the model is back soon. */
export async function* benchKills(runs: number): AsyncGenerator<Verdict, void> {
  const backend = await startLocalBackend({
    INFERENCE_THREADS: '1',
    ENCODE_THREADS: '1',
    DEADLINE_MS: String(DEADLINE_MS),
  });
  const statuses = new Map<number, number>();
  const times: number[] = [];
  let isOver = false;
  const client = async (_: unknown, at: number): Promise<void> => {
    while (!isOver) {
      const startedAt = performance.now();
      const status = await answerOf(backend, `client-${at % 4}`);
      times.push(performance.now() - startedAt);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      // Clients that are told to come later do not come at once.
      if (status !== 200) await sleep(PROBE_EVERY_MS);
    }
  };
  const clients = Array.from({ length: CLIENTS }, client);
  const back: number[] = [];
  try {
    for (let at = 0; at < runs * KILLS_A_RUN; at++) {
      await sleep(PAUSE_MS);
      back.push(await killModel(backend));
    }
    await sleep(PAUSE_MS);
  } finally {
    isOver = true;
    await Promise.all(clients);
    await backend.stop();
  }
  const name = `${back.length} kills of the model under load`;
  const others = [...statuses].filter(([status]) => status !== 200 && status !== 503);
  const counts = [...statuses].map(([status, count]) => `${count} with ${status}`).join(', ');
  yield {
    text: `${name}: ${counts}; ready again p50 ${percentile(back, 0.5).toFixed(0)} ms`,
    isWithin: true,
  };
  yield judge(
    `${name}: neither answered nor 503`,
    others.reduce((sum, [, count]) => sum + count, 0),
    'at most',
    0,
  );
  yield judge(`${name}: ready again after at most, ms`, Math.max(...back), 'at most', MAX_BACK_MS);
  yield judge(`${name}: longest wait, ms`, Math.max(...times), 'at most', DEADLINE_MS + DEADLINE_SLACK_MS);
}

async function answerOf(backend: LocalBackend, caller: string): Promise<number> {
  try {
    const response = await backend.generate(caller);
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}

async function killModel(backend: LocalBackend): Promise<number> {
  process.kill(backend.childPid(), 'SIGKILL');
  const killedAt = performance.now();
  const isReady = async (): Promise<boolean> => {
    const response = await backend.get('/health/ready');
    await response.arrayBuffer();
    return response.ok;
  };
  while (await isReady()) await sleep(1);
  while (!(await isReady())) await sleep(PROBE_EVERY_MS);
  return performance.now() - killedAt;
}
