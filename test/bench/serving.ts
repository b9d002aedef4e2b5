import { benchKills } from './serving/kills.ts';
import { benchMemory } from './serving/memory-growth.ts';
import { benchBatcher, benchOverload } from './serving/overload.ts';
import { benchResident } from './serving/resident-sizes.ts';
import { benchSoak } from './serving/soak.ts';
import { benchStops } from './serving/stops.ts';
import type { Verdict } from './verdict.ts';

/** What `npm run bench serving` does, in this order; `npm run bench serving:NAME` does one of them. */
export const SERVING_PARTS: Readonly<Record<string, (runs: number) => AsyncGenerator<Verdict, void>>> = {
  batcher: benchBatcher,
  overload: benchOverload,
  kills: benchKills,
  stops: benchStops,
  memory: benchMemory,
  resident: benchResident,
  soak: benchSoak,
};

export async function* benchServing(runs: number): AsyncGenerator<Verdict, void> {
  for (const part of Object.values(SERVING_PARTS)) yield* part(runs);
}
