import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from './percentile.ts';

/** Requests that may be on their way at once: what would pass it is dropped and counted, as an overrun client would. */
const OUTSTANDING_LIMIT = 4_000;
/** Arrivals are made in ticks this long, ms: timers are no finer. */
const TICK_MS = 5;

export interface Load {
  readonly sent: number;
  /** Arrivals that were due and not sent. */
  readonly dropped: number;
  /** Answers by status; 0 where the connection failed. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Good answers that came while the load lasted, a second. */
  readonly goodput: number;
  /** From the last arrival to the last answer, ms. */
  readonly drainMs: number;
  readonly okMs: readonly number[];
  readonly refusedMs: readonly number[];
}

/**
 * Arrivals at a constant rate, whether or not answers come: waiting for answers would hide the overload that is to be
 * measured (coordinated omission).
 */
export async function runOpenLoad(
  send: () => Promise<Response>,
  perSecond: number,
  seconds: number,
): Promise<Load> {
  const statuses = new Map<number, number>();
  const okMs: number[] = [];
  const refusedMs: number[] = [];
  const outstanding = new Set<Promise<void>>();
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1_000;
  let sent = 0;
  let dropped = 0;
  let inTime = 0;

  const request = async (): Promise<void> => {
    const askedAt = performance.now();
    let status = 0;
    try {
      const response = await send();
      status = response.status;
      await response.arrayBuffer();
    } catch {
      status = 0;
    }
    const now = performance.now();
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status === 200) okMs.push(now - askedAt);
    else refusedMs.push(now - askedAt);
    if (status === 200 && now <= endsAt) inTime++;
  };

  for (let now = startedAt; now < endsAt; now = performance.now()) {
    const due = ((now - startedAt) / 1_000) * perSecond;
    while (sent + dropped < due) {
      if (outstanding.size >= OUTSTANDING_LIMIT) {
        dropped++;
        continue;
      }
      sent++;
      const one: Promise<void> = request().finally(() => outstanding.delete(one));
      outstanding.add(one);
    }
    await sleep(TICK_MS);
  }
  await Promise.all(outstanding);
  const drainMs = performance.now() - endsAt;
  return { sent, dropped, statuses, goodput: inTime / seconds, drainMs, okMs, refusedMs };
}

/** As many requests at a time as there are clients, each sending the next when it has its answer: good answers a second. */
export async function runClosedLoad(
  send: () => Promise<Response>,
  clients: number,
  seconds: number,
): Promise<number> {
  const endsAt = performance.now() + seconds * 1_000;
  let good = 0;
  const client = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      const response = await send();
      await response.arrayBuffer();
      if (response.status === 200 && performance.now() <= endsAt) good++;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return good / seconds;
}

/** A load in words. */
export function describeLoad({ sent, dropped, statuses, okMs }: Load): string {
  const counts = [...statuses].map(([status, count]) => `${count} with ${status}`).join(', ');
  const [p50, p99] = [percentile(okMs, 0.5), percentile(okMs, 0.99)].map((ms) => ms.toFixed(0));
  return `${sent} sent, ${dropped} dropped by the client, ${counts}; good ones p50 ${p50} ms, p99 ${p99} ms`;
}
