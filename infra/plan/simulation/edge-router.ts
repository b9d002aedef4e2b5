import type { Outcome, Replica } from './replica.ts';

/** The edge's retry budget (edge/backends/retry-budget.ts, which must not be imported here): one in ten, ten at once. */
const RETRY_COST = 10;
const MOST_SAVED = 10 * RETRY_COST;

/** How a request ended, and who made its picture. */
export interface Answer {
  readonly outcome: Outcome;
  readonly tier: 'gpu' | 'cpu';
}

/** The edge before two tiers: GPUs while one is ready, else the CPU floor; what GPUs turn away, as the budget allows. */
export interface EdgeRouter {
  /** @returns whether no GPU was ready. */
  ask(end: (answer: Answer) => void): boolean;
}

export interface EdgeRouterOptions {
  readonly gpus: () => readonly Replica[];
  readonly floor: readonly Replica[];
}

export function createEdgeRouter({ gpus, floor }: EdgeRouterOptions): EdgeRouter {
  let saved = MOST_SAVED;
  const nextGpu = inTurn();
  const nextOfFloor = inTurn();

  const askFloor = (end: (answer: Answer) => void): void => {
    const replica = nextOfFloor(floor);
    if (replica) replica.ask((outcome) => end({ outcome, tier: 'cpu' }));
    else end({ outcome: 'refused', tier: 'cpu' });
  };

  return {
    ask(end) {
      saved = Math.min(saved + 1, MOST_SAVED);
      const gpu = nextGpu(gpus());
      if (!gpu) {
        askFloor(end);
        return true;
      }
      gpu.ask((outcome) => {
        if (outcome !== 'refused' || floor.length === 0 || saved < RETRY_COST) {
          end({ outcome, tier: 'gpu' });
          return;
        }
        saved -= RETRY_COST;
        askFloor(end);
      });
      return false;
    },
  };
}

/** One after the other, as a Service's proxies do on average. */
function inTurn(): (replicas: readonly Replica[]) => Replica | undefined {
  let turn = 0;
  return (replicas) => replicas[turn++ % replicas.length];
}
