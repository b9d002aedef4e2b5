import type { Arrival } from '../traffic/arrivals.ts';
import type { Answer } from './edge-router.ts';

/** Requests and replicas of a span of time, counted by when the requests came. */
export interface Tally {
  arrived: number;
  hits: number;
  /** Pictures made, by tier. */
  gpu: number;
  cpu: number;
  /** Turned away, by the last that was asked. */
  refused: number;
  /** Accepted, and too late all the same. */
  expired: number;
  /** Misses that found no GPU ready: the CPU floor had them. */
  cold: number;
  /** From the edge's asking to its answer, ms, of the pictures made. */
  readonly madeMs: number[];
  /** GPU replicas that are ready, looked at as often as KEDA looks. */
  readonly ready: number[];
}

export function createTally(): Tally {
  return { arrived: 0, hits: 0, gpu: 0, cpu: 0, refused: 0, expired: 0, cold: 0, madeMs: [], ready: [] };
}

export function countArrival(tally: Tally, { isHit }: Arrival, isCold: boolean): void {
  tally.arrived++;
  if (isHit) tally.hits++;
  if (isCold) tally.cold++;
}

export function countAnswer(tally: Tally, { outcome, tier }: Answer, tookMs: number): void {
  if (outcome === 'refused') tally.refused++;
  else if (outcome === 'expired') tally.expired++;
  else {
    tally[tier]++;
    tally.madeMs.push(tookMs);
  }
}

export function sumOf(tallies: readonly Tally[]): Tally {
  const sum = createTally();
  for (const tally of tallies) {
    for (const name of ['arrived', 'hits', 'gpu', 'cpu', 'refused', 'expired', 'cold'] as const) {
      sum[name] += tally[name];
    }
    for (const ms of tally.madeMs) sum.madeMs.push(ms);
    for (const count of tally.ready) sum.ready.push(count);
  }
  return sum;
}
