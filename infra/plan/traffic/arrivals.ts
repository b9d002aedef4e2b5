import { createRandom } from '../simulation/random.ts';
import type { Trace } from './trace.ts';

/** A request at the edge. */
export interface Arrival {
  readonly atMs: number;
  /** Answered from what is known already: cache or store. */
  readonly isHit: boolean;
}

export interface ArrivalsOptions {
  readonly trace: Trace;
  /** Share of the requests that are hits. */
  readonly hitRatio: number;
  readonly seed: number;
}

/**
 * Requests whose rate follows the trace, each independent of the others: a Poisson process, thinned from the highest rate
 * of each piece. Ascending.
 * @see Lewis and Shedler, Simulation of nonhomogeneous Poisson processes by thinning, NRLQ 26 (1979)
 */
export function* arrivalsOf({ trace, hitRatio, seed }: ArrivalsOptions): Generator<Arrival> {
  const random = createRandom(seed, 1);
  for (const [at, from] of trace.entries()) {
    const to = trace[at + 1];
    if (!to) return;
    const highest = Math.max(from.rps, to.rps);
    if (highest === 0) continue;
    const spanSeconds = to.seconds - from.seconds;
    for (let seconds = from.seconds; ; ) {
      seconds -= Math.log(1 - random()) / highest;
      if (seconds >= to.seconds) break;
      const rps = from.rps + ((to.rps - from.rps) * (seconds - from.seconds)) / spanSeconds;
      if (random() * highest < rps) yield { atMs: 1_000 * seconds, isHit: random() < hitRatio };
    }
  }
}
